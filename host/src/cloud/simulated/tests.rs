mod group;
mod machine;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    clock::ManualClock,
    cloud::{
        Cloud,
        acl::{Direction, Entry, RuleAction},
        id::SubnetId,
        instance::InstanceName,
    },
};

const EXAMPLE: &str = include_str!("../../../../examples/simulated-account.toml");

fn cloud_and_clock() -> (SimulatedCloud, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let cloud = SimulatedCloud::new(Account::read(EXAMPLE).unwrap(), clock.clone());
    (cloud, clock)
}

fn cloud() -> SimulatedCloud {
    cloud_and_clock().0
}

fn web_acl() -> AclId {
    "acl-0b111111111111111".parse().unwrap()
}

fn deny(number: u16) -> Entry {
    Entry::deny(number, Direction::Ingress, "198.51.100.7/32".parse().unwrap())
}

fn has(cloud: &SimulatedCloud, entry: &Entry) -> bool {
    cloud.peek(&web_acl()).unwrap().entries.contains(entry)
}

fn lost() -> Fault {
    Fault::Unreachable {
        message: "the connection was closed".to_owned(),
    }
}

#[tokio::test]
async fn more_calls_than_a_bucket_holds_are_throttled_until_it_has_filled_again() {
    let (cloud, clock) = cloud_and_clock();
    for _ in 0..50 {
        let error = cloud.delete_entry(&web_acl(), Direction::Ingress, 1).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }
    let error = cloud.delete_entry(&web_acl(), Direction::Ingress, 1).await.unwrap_err();
    insta::assert_snapshot!(error, @"EC2 DeleteNetworkAclEntry: throttled (RequestLimitExceeded): Request limit exceeded.");
    cloud
        .network_acl(&web_acl())
        .await
        .expect("each call has a bucket of its own");

    clock.advance(SignedDuration::from_secs(1));
    let error = cloud.delete_entry(&web_acl(), Direction::Ingress, 1).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_call_told_to_fail_does_nothing_and_the_next_one_works() {
    let cloud = cloud();
    cloud.fail_next(Call::CreateNetworkAclEntry, lost());
    assert_eq!(
        cloud.create_entry(&web_acl(), &deny(99)).await.unwrap_err().fault,
        lost()
    );
    assert!(!has(&cloud, &deny(99)));
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap();
    assert!(has(&cloud, &deny(99)));
}

#[tokio::test]
async fn someone_else_may_delete_a_network_acl_whose_subnets_have_the_default_one_then() {
    let cloud = cloud();
    let subnet = cloud.peek(&web_acl()).unwrap().subnets.remove(0);
    cloud.remove_acl_as_someone_else(&web_acl()).unwrap();
    assert_eq!(cloud.peek(&web_acl()), None);
    let gone = cloud.network_acl(&web_acl()).await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
    let default = cloud.network_acl_of_subnet(&subnet).await.unwrap();
    assert!(default.is_default);
    let refused = cloud.remove_acl_as_someone_else(&default.id).unwrap_err();
    assert!(matches!(refused, Fault::Invalid { .. }), "{refused}");
}

#[tokio::test]
async fn a_lost_answer_leaves_the_work_done() {
    let cloud = cloud();
    cloud.fail_next_after_it_is_done(Call::CreateNetworkAclEntry, lost());
    assert_eq!(
        cloud.create_entry(&web_acl(), &deny(99)).await.unwrap_err().fault,
        lost()
    );
    assert!(has(&cloud, &deny(99)));
    let again = cloud.create_entry(&web_acl(), &deny(99)).await.unwrap_err();
    assert!(matches!(again.fault, Fault::EntryExists { .. }), "{again}");
}

#[tokio::test]
async fn the_log_tells_the_calls_in_order_and_which_failed() {
    let cloud = cloud();
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap();
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap_err();
    cloud.delete_entry(&web_acl(), Direction::Ingress, 99).await.unwrap();
    let lines: Vec<_> = cloud.calls().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
        CreateNetworkAclEntry acl-0b111111111111111 ingress 99 deny 198.51.100.7/32
        CreateNetworkAclEntry acl-0b111111111111111 ingress 99 deny 198.51.100.7/32 (failed)
        DeleteNetworkAclEntry acl-0b111111111111111 ingress 99
        ");
    assert_eq!(cloud.count(Call::CreateNetworkAclEntry), 2);
    cloud.forget_calls();
    assert_eq!(cloud.calls(), []);
}

#[tokio::test]
async fn someone_else_changes_entries_without_a_call_of_ours() {
    let cloud = cloud();
    cloud.put_entry_as_someone_else(&web_acl(), &deny(99)).unwrap();
    let allow = Entry {
        action: RuleAction::Allow,
        ..deny(99)
    };
    cloud.put_entry_as_someone_else(&web_acl(), &allow).unwrap();
    assert!(has(&cloud, &allow) && !has(&cloud, &deny(99)));
    cloud
        .remove_entry_as_someone_else(&web_acl(), Direction::Ingress, 99)
        .unwrap();
    assert!(!has(&cloud, &allow));
    assert_eq!(cloud.calls(), []);
}

#[tokio::test]
async fn someone_else_can_not_break_the_account_either() {
    let cloud = cloud();
    let before = cloud.peek(&web_acl());
    let end = Entry {
        number: 32_767,
        ..deny(1)
    };
    assert!(cloud.put_entry_as_someone_else(&web_acl(), &end).is_err());
    assert!(
        cloud
            .remove_entry_as_someone_else(&web_acl(), Direction::Ingress, 32_767)
            .is_err()
    );
    assert_eq!(cloud.peek(&web_acl()), before);
}

#[tokio::test]
async fn a_terminated_instance_is_not_found() {
    let terminated = EXAMPLE.replace("[[instance]]\n", "[[instance]]\nstate = \"terminated\"\n");
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let cloud = SimulatedCloud::new(Account::read(&terminated).unwrap(), clock);
    let found = cloud.instances(&InstanceName::read("10.0.1.10")).await.unwrap();
    assert_eq!(found, []);
}

#[tokio::test]
async fn swapping_entries_has_a_bucket_of_its_own_and_fails_when_it_is_told_to() {
    let cloud = cloud();
    for _ in 0..50 {
        let error = cloud.replace_entry(&web_acl(), &deny(99)).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }
    let error = cloud.replace_entry(&web_acl(), &deny(99)).await.unwrap_err();
    insta::assert_snapshot!(error, @"EC2 ReplaceNetworkAclEntry: throttled (RequestLimitExceeded): Request limit exceeded.");
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap();
}

#[tokio::test]
async fn a_swap_whose_answer_is_lost_is_done() {
    let cloud = cloud();
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap();
    let wider = Entry::deny(99, Direction::Ingress, "198.51.100.0/28".parse().unwrap());
    cloud.fail_next(Call::ReplaceNetworkAclEntry, lost());
    cloud.replace_entry(&web_acl(), &wider).await.unwrap_err();
    assert!(has(&cloud, &deny(99)) && !has(&cloud, &wider));
    cloud.fail_next_after_it_is_done(Call::ReplaceNetworkAclEntry, lost());
    cloud.replace_entry(&web_acl(), &wider).await.unwrap_err();
    assert!(has(&cloud, &wider) && !has(&cloud, &deny(99)));
}

#[tokio::test]
async fn a_stale_answer_tells_yesterdays_entries_by_id_and_by_subnet() {
    let (cloud, clock) = cloud_and_clock();
    let subnet: SubnetId = "subnet-0aaa1111bbb22222c".parse().unwrap();
    cloud.answer_stale(Duration::from_secs(10));
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap();
    clock.advance(SignedDuration::from_secs(9));
    for acl in [
        cloud.network_acl(&web_acl()).await,
        cloud.network_acl_of_subnet(&subnet).await,
    ] {
        assert!(!acl.unwrap().entries.contains(&deny(99)));
    }
    let again = cloud.create_entry(&web_acl(), &deny(99)).await.unwrap_err();
    assert!(
        matches!(again.fault, Fault::EntryExists { .. }),
        "a write sees the present: {again}"
    );

    clock.advance(SignedDuration::from_secs(1));
    assert!(cloud.network_acl(&web_acl()).await.unwrap().entries.contains(&deny(99)));
    cloud
        .remove_entry_as_someone_else(&web_acl(), Direction::Ingress, 99)
        .unwrap();
    assert!(cloud.network_acl(&web_acl()).await.unwrap().entries.contains(&deny(99)));
    cloud.answer_stale(Duration::ZERO);
    assert!(!cloud.network_acl(&web_acl()).await.unwrap().entries.contains(&deny(99)));
}

#[tokio::test]
async fn who_watches_sees_the_acl_after_every_write_also_after_one_that_fails_late() {
    let cloud = cloud();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    cloud.on_write(Box::new(move |acl| {
        let ours = acl.entries.iter().filter(|entry| (90..100).contains(&entry.number));
        noted.lock().unwrap().push(ours.count());
    }));
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap();
    cloud.create_entry(&web_acl(), &deny(99)).await.unwrap_err();
    cloud.fail_next_after_it_is_done(Call::CreateNetworkAclEntry, lost());
    cloud.create_entry(&web_acl(), &deny(98)).await.unwrap_err();
    cloud.put_entry_as_someone_else(&web_acl(), &deny(97)).unwrap();
    cloud.delete_entry(&web_acl(), Direction::Ingress, 99).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [1, 2, 2]);
    assert_eq!(cloud.writes(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_its_time_and_others_run_meanwhile() {
    let cloud = cloud();
    cloud.answer_after(Duration::from_millis(200));
    let begin = tokio::time::Instant::now();
    let acl = web_acl();
    let reads = (0..50).map(|_| cloud.network_acl(&acl));
    futures::future::join_all(reads).await;
    assert_eq!(begin.elapsed(), Duration::from_millis(200));
}

#[tokio::test]
async fn the_quota_is_the_accounts_own_unless_it_may_not_be_asked_for() {
    let cloud = cloud();
    assert_eq!(cloud.rule_quota().await.unwrap(), Some(20));
    cloud.fail_next(
        Call::GetServiceQuota,
        Fault::Denied {
            code: "AccessDeniedException".to_owned(),
            message: "no".to_owned(),
        },
    );
    assert_eq!(cloud.rule_quota().await.unwrap(), None);
}

#[tokio::test]
async fn the_own_public_addresses_are_those_of_interfaces_elastic_ones_the_far_ends_of_vpns_and_all_ipv6_of_vpcs() {
    let more = "\n[[elastic-address]]\nid = \"eipalloc-0a1b2c3d\"\naddress = \"198.51.100.77\"\n\
                [[elastic-address]]\nid = \"eipalloc-0b1b2c3d\"\naddress = \"198.51.100.10\"\n\
                [[customer-gateway]]\nid = \"cgw-0a1b2c3d\"\naddress = \"192.0.2.1\"\n";
    let text = format!("{EXAMPLE}{more}");
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let cloud = SimulatedCloud::new(Account::read(&text).unwrap(), clock);
    let own = cloud.own_addresses().await.unwrap();
    let told: Vec<_> = own.iter().map(|own| format!("{} {}", own.prefix, own.of)).collect();
    insta::assert_snapshot!(told.join("\n"));
}
