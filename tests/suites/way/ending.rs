//! Ends: a hold lasts its time, and not a minute longer.

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

#[tokio::test]
async fn a_release_takes_out_that_entry_and_no_other() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    let holds = stand.holds().await.unwrap();
    let (released, converged) = stand.host.release(holds[0].id).await.unwrap();
    assert_eq!(released.prefix.to_string(), "203.0.113.7/32");
    assert_eq!(converged.changes.len(), 1);
    assert_eq!(stand.denied().len(), 3);
    let error = stand.host.release(holds[0].id).await.unwrap_err();
    insta::assert_snapshot!(error, @"there is no hold 1 in force; `quell holds` lists those that are");
}

#[tokio::test]
async fn a_release_that_aws_refuses_is_finished_later() {
    use quell::cloud::{Fault, call::Call};
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    let holds = stand.holds().await.unwrap();
    let throttled = Fault::Throttled {
        code: "RequestLimitExceeded".to_owned(),
        message: "slow down".to_owned(),
    };
    stand.cloud.fail_next(Call::DeleteNetworkAclEntry, throttled);
    let error = stand.host.release(holds[0].id).await.unwrap_err();
    insta::assert_snapshot!(quell::text::with_causes(&error), @"hold 1 is released, but its entry could not be removed yet; Quell tries again: can't make the change `- 99 deny 203.0.113.7/32 ingress` at network ACL 111122223333/eu-west-1/acl-0b111111111111111: EC2 DeleteNetworkAclEntry: throttled (RequestLimitExceeded): slow down");
    assert_eq!(stand.denied().len(), 4);
    stand.pass(1).await.unwrap();
    assert_eq!(stand.denied().len(), 3);
}
