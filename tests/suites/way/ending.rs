//! Ends: a hold lasts its time, and not a minute longer.

use std::collections::BTreeSet;

use quell::{
    cloud::{Fault, call::Call},
    hold::Coverage,
};
use quell_tests::{
    recorded::{self, changed},
    stand::{Stand, WEB_ACL},
};
use serde_json::json;

const DAY: i64 = 86_400;

#[tokio::test]
async fn holds_end_at_their_time_and_the_acl_is_as_it_was() {
    let stand = Stand::new().await.unwrap();
    let before = stand.acl(WEB_ACL);
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(DAY - 1).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    stand.pass(1).await.unwrap();
    assert_eq!(stand.acl(WEB_ACL), before);
    assert!(stand.holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hold_that_ended_while_nothing_ran_is_taken_back_at_the_start() {
    let mut stand = Stand::new().await.unwrap();
    let before = stand.acl(WEB_ACL);
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.clock.advance(jiff::SignedDuration::from_secs(3 * DAY));
    stand.restart().unwrap();
    stand.pass(0).await.unwrap();
    assert_eq!(stand.acl(WEB_ACL), before);
}

#[tokio::test]
async fn what_a_later_alert_extended_does_not_end_with_the_first() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(DAY / 2).await.unwrap();
    stand
        .report("2", &changed(recorded::ATTACK, &[("merit", json!(8))]))
        .await
        .unwrap();
    stand.pass(DAY / 2).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    stand.pass(DAY / 2).await.unwrap();
    assert!(stand.denied().is_empty());
}

#[tokio::test]
async fn who_comes_back_after_the_end_is_blocked_for_twice_as_long() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(DAY).await.unwrap();
    assert!(stand.denied().is_empty());
    let again = changed(recorded::ATTACK, &[("merit", json!(8))]);
    stand.report("2", &again).await.unwrap();
    stand.pass(2 * DAY - 1).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    stand.pass(1).await.unwrap();
    assert!(stand.denied().is_empty());
}

/// Longer than a read may lag behind.
const SETTLED: i64 = 61;

/// How the holds in force are covered, each way once.
async fn coverage(stand: &Stand) -> String {
    let holds = stand.holds().await.unwrap();
    let told: BTreeSet<_> = holds.iter().map(|hold| hold.coverage.to_string()).collect();
    told.into_iter().collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn holds_on_a_network_acl_that_somebody_deleted_say_so_fail_no_look_and_end_at_their_time() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand
        .cloud
        .remove_acl_as_someone_else(&WEB_ACL.parse().unwrap())
        .unwrap();
    stand.pass(SETTLED).await.unwrap();
    for _ in 0..2 {
        assert_eq!(stand.host.repair().await.unwrap().len(), 1, "the look at it failed");
        let told = coverage(&stand).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(told, @"NOT COVERED: network ACL acl-0b111111111111111 is gone: EC2 knows none of this id in this account and region");
        }
        assert!(stand.journal.unfinished().await.unwrap().is_empty());
    }
    stand.pass(DAY).await.unwrap();
    assert!(stand.holds().await.unwrap().is_empty());
    assert!(stand.journal.unfinished().await.unwrap().is_empty());
    // Nor does the journal take anything there for Quell's any more.
    assert!(stand.journal.targets().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_network_acl_that_only_seemed_to_be_gone_is_as_it_was_in_the_end() {
    let stand = Stand::new().await.unwrap();
    let before = stand.acl(WEB_ACL);
    stand.report("1", recorded::ATTACK).await.unwrap();
    let covered = coverage(&stand).await;
    for seconds in [1, SETTLED] {
        stand.pass(seconds).await.unwrap();
        let gone = Fault::NotFound {
            code: "InvalidNetworkAclID.NotFound".to_owned(),
            message: "The networkAcl ID does not exist".to_owned(),
        };
        stand.cloud.fail_next(Call::DescribeNetworkAcls, gone);
        stand.host.repair().await.unwrap();
        let holds = stand.holds().await.unwrap();
        assert!(!holds.iter().any(|hold| hold.coverage.is_covered()), "{holds:?}");
        stand.host.repair().await.unwrap();
        assert_eq!(coverage(&stand).await, covered);
    }
    stand.pass(DAY).await.unwrap();
    assert_eq!(stand.acl(WEB_ACL), before);
}

#[tokio::test]
async fn a_network_acl_that_can_not_be_read_is_not_taken_for_one_that_is_gone() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(SETTLED).await.unwrap();
    let denied = Fault::Denied {
        code: "UnauthorizedOperation".to_owned(),
        message: "You are not authorized to perform this operation.".to_owned(),
    };
    stand.cloud.fail_next(Call::DescribeNetworkAcls, denied);
    assert_eq!(stand.host.repair().await.unwrap().len(), 0);
    let holds = stand.holds().await.unwrap();
    let is_covered = |coverage: &Coverage| matches!(coverage, Coverage::Covered { .. });
    assert!(holds.iter().all(|hold| is_covered(&hold.coverage)), "{holds:?}");
}
