//! What is done, and what is not.

use quell::{
    cloud::Call,
    report::{Mode, Outcome},
};
use quell_tests::{
    recorded::{self, changed},
    stand::{DATABASE_ACL, DEFAULT_ACL, Stand},
};
use serde_json::json;

#[tokio::test]
async fn an_attack_becomes_deny_entries_below_rule_100_in_the_acl_of_the_instances_own_subnet() {
    let stand = Stand::new().await.unwrap();
    let (database, default) = (stand.acl(DATABASE_ACL), stand.acl(DEFAULT_ACL));
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted);
    insta::assert_snapshot!(stand.denied().join("\n"), @r"
    96 deny 192.0.2.99/32 ingress
    97 deny 203.0.113.50/32 ingress
    98 deny 2001:db8:bad:cafe::66/128 ingress
    99 deny 203.0.113.7/32 ingress
    ");
    assert_eq!((stand.acl(DATABASE_ACL), stand.acl(DEFAULT_ACL)), (database, default));
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0abc1234def567890; nacl-block asks for 5 remediations, 1 refused (never-block: 10.99.3.4/32 overlaps 10.0.0.0/8, which is private and never blocked); at acl-0b111111111111111 4 deny entries written");
}

#[tokio::test]
async fn a_fact_that_is_asked_twice_is_fetched_once() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.stealthwatch.requests(), 1);
    assert_eq!(stand.cloud.count(Call::DescribeInstances), 1);
    assert_eq!(stand.cloud.count(Call::DescribeVpcs), 1);
}

#[tokio::test]
async fn alerts_that_come_together_on_one_instance_ask_for_it_once() {
    let stand = Stand::new().await.unwrap();
    for number in 0..4 {
        stand.report(&number.to_string(), recorded::ATTACK).await.unwrap();
    }
    assert_eq!(stand.cloud.count(Call::DescribeInstances), 1);
    assert_eq!(stand.cloud.count(Call::DescribeVpcs), 1);
    stand.pass(5).await.unwrap();
    stand.report("later", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.cloud.count(Call::DescribeInstances), 2);
}

#[tokio::test]
async fn a_source_that_is_an_address_or_a_host_name_finds_the_instance() {
    for name in [
        "10.0.1.10",
        "198.51.100.10",
        "2001:db8:0:1201::10",
        "ec2-198-51-100-10.eu-west-1.compute.amazonaws.com",
    ] {
        let stand = Stand::new().await.unwrap();
        let alert = changed(recorded::ATTACK, &[("source_name", json!(name))]);
        stand.report("1", &alert).await.unwrap();
        assert_eq!(stand.denied().len(), 4, "{name}");
    }
}

#[tokio::test]
async fn a_scan_of_the_whole_network_is_blocked_where_the_scanned_instances_are() {
    let stand = Stand::new().await.unwrap();
    let report = stand.report("1", recorded::SCAN).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted, "{}", report.summary);
    let denies = |acl: &str| {
        stand
            .acl(acl)
            .entries
            .iter()
            .any(|entry| entry.prefix.to_string() == "203.0.113.88/32")
    };
    assert!(denies(quell_tests::stand::WEB_ACL) && denies(DATABASE_ACL) && !denies(DEFAULT_ACL));
}

#[tokio::test]
async fn a_test_a_resolved_alert_and_another_type_change_nothing_and_say_why() {
    let stand = Stand::new().await.unwrap();
    let mut told = Vec::new();
    for (id, alert) in [("1", recorded::TEST), ("2", recorded::RESOLVED), ("3", recorded::OTHER)] {
        let report = stand.report(id, alert).await.unwrap();
        assert_eq!(report.outcome, Outcome::Nothing);
        told.push(report.summary);
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    Test Alert on i-0abc1234def567890; nacl-block does nothing: alert 6125 is a test
    Excessive Access Attempts (External) on i-0abc1234def567890; nacl-block does nothing: alert 6098 is resolved
    New Internal Device on printer-3.office.example.com; nacl-block does nothing: alert 6150 is of type `New Internal Device`, which is not among the alert-types in the settings
    ");
    assert_eq!(stand.writes(), 0);
    assert!(stand.holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn both_directions_are_denied_where_the_settings_ask_for_it() {
    let stand = Stand::with(json!({ "direction": "both", "failed-attempts": 200 }), Mode::Enforce)
        .await
        .unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(stand.denied().join("\n"), @r"
    98 deny 2001:db8:bad:cafe::66/128 ingress
    99 deny 203.0.113.7/32 ingress
    98 deny 2001:db8:bad:cafe::66/128 egress
    99 deny 203.0.113.7/32 egress
    ");
}

#[tokio::test]
async fn observing_does_everything_but_the_write() {
    let stand = Stand::with(json!({}), Mode::Observe).await.unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::WouldAct);
    assert_eq!(report.targets[0].changes.len(), 4);
    assert_eq!(stand.writes(), 0);
    assert!(stand.holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn explaining_leaves_no_trace() {
    let stand = Stand::new().await.unwrap();
    let alert = quell::alert::stealthwatch::decode(recorded::ATTACK.as_bytes()).unwrap();
    let report = stand.host.explain(alert).await.unwrap();
    assert_eq!(report.outcome, Outcome::WouldAct);
    assert_eq!(stand.writes(), 0);
    assert!(stand.holds().await.unwrap().is_empty());
    assert!(
        stand
            .journal
            .waiting(jiff::Timestamp::MAX, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_explained_after_it_was_done_is_that_nothing_is_left_to_do() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    let alert = quell::alert::stealthwatch::decode(recorded::ATTACK.as_bytes()).unwrap();
    let report = stand.host.explain(alert).await.unwrap();
    assert_eq!(report.outcome, Outcome::AlreadySo, "{report}");
    assert!(report.targets[0].changes.is_empty());
}
