use std::time::Duration;

use futures::future::{join, join_all};

use super::*;
use crate::{
    clock::ManualClock,
    cloud::{
        call::Call,
        error::Fault,
        simulated::{Account, SimulatedCloud},
    },
};

const EXAMPLE: &str = include_str!("../../../../examples/simulated-account.toml");
const WEB_ACL: &str = "acl-0b111111111111111";
const WEB_SUBNET: &str = "subnet-0aaa1111bbb22222c";

fn scene() -> (CachedCloud, Arc<SimulatedCloud>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let account = Arc::new(SimulatedCloud::new(Account::read(EXAMPLE).unwrap(), clock.clone()));
    let as_clock: Arc<dyn Clock> = clock.clone();
    (CachedCloud::new(account.clone(), &as_clock), account, clock)
}

fn deny() -> Entry {
    Entry::deny(99, Direction::Ingress, "203.0.113.7/32".parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_questions_about_one_instance_is_one_call_of_each_kind() {
    let (cached, account, clock) = scene();
    account.answer_after(Duration::from_millis(100));
    let name = InstanceName::read("i-0abc1234def567890");
    let subnet = WEB_SUBNET.parse().unwrap();
    for _ in 0..4 {
        let questions = (0..1000).map(|_| async {
            assert_eq!(cached.instances(&name).await.unwrap().len(), 1);
            let acl = cached.network_acl_of_subnet(&subnet).await.unwrap();
            cached.vpc_prefixes(&acl.vpc).await.unwrap();
        });
        join_all(questions).await;
        clock.advance(SignedDuration::from_secs(1));
    }
    assert_eq!(account.calls().len(), 3, "{:?}", account.calls());

    clock.advance(SignedDuration::from_secs(1));
    cached.instances(&name).await.unwrap();
    assert_eq!(account.count(Call::DescribeInstances), 2);
}

const VPC: &str = "vpc-0a1b2c3d4e5f60718";

#[tokio::test(start_paused = true)]
async fn who_asks_for_one_vpc_while_all_are_asked_for_waits_for_that_answer() {
    let (cached, account, clock) = scene();
    account.answer_after(Duration::from_millis(100));
    let vpc: VpcId = VPC.parse().unwrap();
    let all = async { cached.vpcs().await.unwrap() };
    let (all, one) = join(all, async { cached.vpc_prefixes(&vpc).await.unwrap() }).await;
    assert_eq!(all.get(&vpc), Some(&one));
    assert_eq!(cached.vpc_prefixes(&vpc).await.unwrap(), one);
    assert_eq!(account.count(Call::DescribeVpcs), 1);
    // It is good for as long as any answer.
    clock.advance(GOOD_FOR);
    assert_eq!(cached.vpc_prefixes(&vpc).await.unwrap(), one);
    assert_eq!(account.count(Call::DescribeVpcs), 2);
}

#[tokio::test(start_paused = true)]
async fn that_all_vpcs_were_asked_for_in_vain_keeps_nobody_from_asking_for_one() {
    let (cached, account, _) = scene();
    account.answer_after(Duration::from_millis(100));
    let message = "the connection is refused".to_owned();
    account.fail_next(Call::DescribeVpcs, Fault::Unreachable { message });
    let vpc: VpcId = VPC.parse().unwrap();
    let (all, one) = join(cached.vpcs(), cached.vpc_prefixes(&vpc)).await;
    all.unwrap_err();
    assert!(!one.unwrap().is_empty());
    // One that is not among them is asked for by itself, too.
    cached.vpcs().await.unwrap();
    let unknown: VpcId = "vpc-0fffffffffffffff0".parse().unwrap();
    let error = cached.vpc_prefixes(&unknown).await.unwrap_err();
    assert!(matches!(error.fault, Fault::NotFound { .. }), "{error}");
    assert_eq!(account.count(Call::DescribeVpcs), 4);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_came_after_its_time_is_not_taken_for_a_good_one() {
    let (cached, account, clock) = scene();
    account.answer_after(Duration::from_millis(100));
    let vpc: VpcId = VPC.parse().unwrap();
    let late = async {
        // The process was frozen while the answer was under way.
        clock.advance(GOOD_FOR);
        cached.vpc_prefixes(&vpc).await.unwrap()
    };
    let (all, one) = join(cached.vpcs(), late).await;
    assert_eq!(all.unwrap().get(&vpc), Some(&one));
    assert_eq!(account.count(Call::DescribeVpcs), 2);
}

#[tokio::test]
async fn a_write_is_seen_at_once_also_by_subnet() {
    let (cached, account, _) = scene();
    let (acl, subnet) = (WEB_ACL.parse().unwrap(), WEB_SUBNET.parse().unwrap());
    assert!(
        !cached
            .network_acl_of_subnet(&subnet)
            .await
            .unwrap()
            .entries
            .contains(&deny())
    );
    cached.create_entry(&acl, &deny()).await.unwrap();
    assert!(
        cached
            .network_acl_of_subnet(&subnet)
            .await
            .unwrap()
            .entries
            .contains(&deny())
    );
    account.fail_next_after_it_is_done(
        Call::DeleteNetworkAclEntry,
        Fault::Unreachable {
            message: "closed".to_owned(),
        },
    );
    cached.delete_entry(&acl, Direction::Ingress, 99).await.unwrap_err();
    assert!(
        !cached
            .network_acl_of_subnet(&subnet)
            .await
            .unwrap()
            .entries
            .contains(&deny())
    );
}

#[tokio::test]
async fn who_is_about_to_write_always_reads_what_is_there() {
    let (cached, account, _) = scene();
    let acl = WEB_ACL.parse().unwrap();
    cached.network_acl(&acl).await.unwrap();
    account.put_entry_as_someone_else(&acl, &deny()).unwrap();
    assert!(cached.network_acl(&acl).await.unwrap().entries.contains(&deny()));
}

#[tokio::test]
async fn a_quota_is_asked_for_once_an_hour_also_where_it_can_not_be_had() {
    let (cached, account, clock) = scene();
    account.fail_next(
        Call::GetServiceQuota,
        Fault::Denied {
            code: "AccessDeniedException".to_owned(),
            message: "no".to_owned(),
        },
    );
    assert_eq!(cached.rule_quota().await.unwrap(), None);
    clock.advance(SignedDuration::from_mins(59));
    assert_eq!(cached.rule_quota().await.unwrap(), None);
    clock.advance(SignedDuration::from_mins(1));
    assert_eq!(cached.rule_quota().await.unwrap(), Some(20));
}

#[tokio::test]
async fn an_error_is_not_remembered() {
    let (cached, account, _) = scene();
    account.fail_next(
        Call::DescribeInstances,
        Fault::Unreachable {
            message: "closed".to_owned(),
        },
    );
    let name = InstanceName::read("10.0.1.10");
    cached.instances(&name).await.unwrap_err();
    assert_eq!(cached.instances(&name).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_interface_that_gets_other_groups_is_not_remembered_with_the_old_ones() {
    let (cached, account, _) = scene();
    let name = InstanceName::read("10.0.1.10");
    let (interface, database) = (
        "eni-0aaa1111bbb22222c".parse().unwrap(),
        "sg-0ddd3333eee44444f".parse().unwrap(),
    );
    cached.instances(&name).await.unwrap();
    account.fail_next_after_it_is_done(
        Call::ModifyNetworkInterfaceAttribute,
        Fault::Unreachable {
            message: "closed".to_owned(),
        },
    );
    cached
        .set_groups(&interface, std::slice::from_ref(&database))
        .await
        .unwrap_err();
    let seen = cached.instances(&name).await.unwrap();
    assert_eq!(seen[0].interfaces[0].security_groups, [database]);
}

#[tokio::test]
async fn a_group_is_not_remembered_with_a_rule_that_was_revoked() {
    let (cached, _, _) = scene();
    let web = "sg-0aaa1111bbb22222c".parse().unwrap();
    let before = cached.security_group(&web).await.unwrap();
    let rules = cached.group_rules(&web).await.unwrap();
    let way_in = rules
        .iter()
        .find(|rule| rule.rule.direction == Direction::Ingress)
        .unwrap();
    cached.revoke_rule(&web, Direction::Ingress, &way_in.id).await.unwrap();
    let after = cached.security_group(&web).await.unwrap();
    assert_eq!(after.ingress.len() + 1, before.ingress.len());
    cached.authorize_rule(&web, &way_in.rule).await.unwrap();
    assert_eq!(
        cached.security_group(&web).await.unwrap().ingress.len(),
        before.ingress.len()
    );
}

#[tokio::test]
async fn an_instance_that_was_stopped_is_not_remembered_as_running() {
    let (cached, _, _) = scene();
    let name = InstanceName::read("10.0.1.10");
    let id = cached.instances(&name).await.unwrap()[0].id.clone();
    cached.stop_instance(&id, false).await.unwrap();
    assert_eq!(cached.instances(&name).await.unwrap()[0].state, "stopping");
}

#[tokio::test]
async fn who_is_about_to_write_always_asks_for_interfaces_rules_and_states() {
    let (cached, account, _) = scene();
    let (instance, group) = (
        "i-0abc1234def567890".parse().unwrap(),
        "sg-0aaa1111bbb22222c".parse().unwrap(),
    );
    for _ in 0..2 {
        cached.interfaces_of(&instance).await.unwrap();
        cached.group_rules(&group).await.unwrap();
        cached.machine(&instance).await.unwrap();
        cached.scaling(&instance).await.unwrap();
    }
    assert_eq!(account.calls().len(), 8);
}
