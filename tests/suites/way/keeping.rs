//! What is kept: repeats, crashes, other people's hands, and no room.

use quell::{
    cloud::{Direction, Fault, call::Call},
    hold::{DeliveryId, DeliveryState},
    report::{Mode, Outcome},
    way::Receipt,
};
use quell_tests::{
    recorded::{self, changed},
    stand::{Stand, WEB_ACL},
};
use serde_json::json;

#[tokio::test]
async fn the_same_delivery_again_changes_nothing() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    let (writes, holds) = (stand.writes(), stand.holds().await.unwrap());
    let receipt = stand
        .host
        .receive(
            "test",
            quell::alert::Detector::StealthwatchCloud,
            DeliveryId::given("test", "1"),
            recorded::ATTACK.as_bytes(),
        )
        .await
        .unwrap();
    assert!(
        matches!(receipt, Receipt::SeenBefore(DeliveryState::Done)),
        "{receipt:?}"
    );
    assert_eq!((stand.writes(), stand.holds().await.unwrap()), (writes, holds));
}

#[tokio::test]
async fn who_comes_late_to_a_delivery_that_another_worked_on_asks_nobody_and_does_nothing() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    let delivery = stand.journal.delivery(&DeliveryId::given("test", "1")).await.unwrap();
    let before = stand.holds().await.unwrap();
    stand.cloud.forget_calls();
    let late = stand.host.work(&delivery.unwrap()).await.unwrap();
    assert_eq!((late.state, late.report.is_none()), (DeliveryState::Done, true));
    assert_eq!((stand.cloud.calls().len(), stand.holds().await.unwrap()), (0, before));
}

#[tokio::test]
async fn a_repeat_of_the_alert_extends_the_holds_and_writes_nothing() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    let (writes, before) = (stand.writes(), stand.holds().await.unwrap());
    stand.pass(3600).await.unwrap();
    let again = changed(recorded::ATTACK, &[("natural_time", json!("14\u{a0}hours ago"))]);
    let report = stand.report("2", &again).await.unwrap();
    assert_eq!(report.outcome, Outcome::AlreadySo);
    assert_eq!(stand.writes(), writes);
    for (before, after) in before.iter().zip(stand.holds().await.unwrap()) {
        assert_eq!((after.id, after.offences), (before.id, 2));
        assert!(after.until > before.until);
    }
}

#[tokio::test]
async fn a_crash_between_the_journal_and_the_write_loses_nothing() {
    let mut stand = Stand::new().await.unwrap();
    let down = || Fault::Unreachable {
        message: "connection refused".to_owned(),
    };
    stand.cloud.fail_next(Call::CreateNetworkAclEntry, down());
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert!(matches!(worked.state, DeliveryState::Waiting { .. }));
    assert!(stand.denied().is_empty());
    stand.restart().unwrap();
    stand.pass(0).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
}

#[tokio::test]
async fn a_crash_before_the_work_began_loses_nothing() {
    let mut stand = Stand::new().await.unwrap();
    let id = DeliveryId::given("test", "1");
    let detector = quell::alert::Detector::StealthwatchCloud;
    stand
        .host
        .receive("test", detector, id.clone(), recorded::ATTACK.as_bytes())
        .await
        .unwrap();
    stand.restart().unwrap();
    let waiting = stand.journal.waiting(jiff::Timestamp::MAX, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    stand.host.work(&waiting[0]).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_write_makes_neither_an_orphan_nor_a_double() {
    let stand = Stand::new().await.unwrap();
    let lost = Fault::Unreachable {
        message: "connection reset".to_owned(),
    };
    stand
        .cloud
        .fail_next_after_it_is_done(Call::CreateNetworkAclEntry, lost);
    stand.deliver("1", recorded::ATTACK).await.unwrap();
    stand.pass(0).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    stand.pass(86_400).await.unwrap();
    assert!(stand.denied().is_empty(), "{:?}", stand.denied());
}

#[tokio::test]
async fn an_sdk_that_meets_its_own_write_makes_no_orphan() {
    let stand = Stand::new().await.unwrap();
    let echo = Fault::EntryExists {
        message: "the retry met the first try".to_owned(),
    };
    stand
        .cloud
        .fail_next_after_it_is_done(Call::CreateNetworkAclEntry, echo);
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted);
    assert_eq!(stand.denied().len(), 4);
    stand.pass(86_400).await.unwrap();
    assert!(stand.denied().is_empty(), "{:?}", stand.denied());
}

#[tokio::test]
async fn entries_of_others_are_never_touched_also_in_our_numbers() {
    let stand = Stand::new().await.unwrap();
    for (number, direction) in [
        (99, Direction::Ingress),
        (97, Direction::Ingress),
        (98, Direction::Egress),
    ] {
        stand.somebody_puts(number, direction, "192.0.2.128/25").unwrap();
    }
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(86_400).await.unwrap();
    insta::assert_snapshot!(stand.denied().join("\n"), @r"
    97 deny 192.0.2.128/25 ingress
    99 deny 192.0.2.128/25 ingress
    98 deny 192.0.2.128/25 egress
    ");
}

#[tokio::test]
async fn an_entry_of_ours_that_somebody_removed_comes_back() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand
        .cloud
        .remove_entry_as_someone_else(&WEB_ACL.parse().unwrap(), Direction::Ingress, 99)
        .unwrap();
    // A read may lag behind our own write, so a removal right after it is noticed a minute later.
    stand.host.repair().await.unwrap();
    assert_eq!(stand.denied().len(), 3);
    stand.pass(61).await.unwrap();
    let repaired = stand.host.repair().await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    let drift: Vec<_> = repaired[0].drift.iter().map(ToString::to_string).collect();
    assert_eq!(drift, ["somebody removed our ingress rule 99, deny 203.0.113.7/32"]);
    stand.pass(61).await.unwrap();
    assert!(stand.host.repair().await.unwrap()[0].drift.is_empty(), "told once");
}

#[tokio::test]
async fn who_goes_away_in_the_middle_leaves_no_second_writer_beside_the_first() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(61).await.unwrap();
    stand
        .cloud
        .remove_entry_as_someone_else(&WEB_ACL.parse().unwrap(), Direction::Ingress, 99)
        .unwrap();
    stand.cloud.answer_after(std::time::Duration::from_millis(100));
    let soon = std::time::Duration::from_millis(30);
    stand.cloud.forget_calls();
    assert!(tokio::time::timeout(soon, stand.host.repair()).await.is_err());
    stand.host.repair().await.unwrap();
    let calls: Vec<_> = stand.cloud.calls().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(calls.join("\n"), @r"
    DescribeNetworkAcls acl-0b111111111111111
    CreateNetworkAclEntry acl-0b111111111111111 ingress 99 deny 203.0.113.7/32
    DescribeNetworkAcls acl-0b111111111111111
    ");
}

#[tokio::test]
async fn a_number_that_somebody_took_from_us_is_worked_around_and_told() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(61).await.unwrap();
    stand.somebody_puts(99, Direction::Ingress, "192.0.2.128/25").unwrap();
    let repaired = stand.host.repair().await.unwrap();
    let drift: Vec<_> = repaired[0].drift.iter().map(ToString::to_string).collect();
    assert_eq!(
        drift,
        ["somebody removed our ingress rule 99, deny 203.0.113.7/32, and put one for 192.0.2.128/25 in its place"]
    );
    insta::assert_snapshot!(stand.denied().join("\n"), @r"
    95 deny 203.0.113.7/32 ingress
    96 deny 192.0.2.99/32 ingress
    97 deny 203.0.113.50/32 ingress
    98 deny 2001:db8:bad:cafe::66/128 ingress
    99 deny 192.0.2.128/25 ingress
    ");
}

#[tokio::test]
async fn no_room_is_said_and_the_hold_gets_its_place_when_room_comes() {
    let stand = Stand::with(json!({ "failed-attempts": 60 }), Mode::Enforce)
        .await
        .unwrap();
    for number in 60..74 {
        stand
            .somebody_puts(number, Direction::Ingress, "192.0.2.128/25")
            .unwrap();
    }
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::NotCovered);
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0abc1234def567890; nacl-block asks for 4 remediations; at acl-0b111111111111111 3 deny entries written, 1 hold NOT COVERED (203.0.113.50/32 ingress: no room: of 20 ingress rules for IPv4 (quota L-2AEEBF1A) 17 are others', 1 kept free for people; the 2 left for ours go to heavier holds)");
    stand
        .cloud
        .remove_entry_as_someone_else(&WEB_ACL.parse().unwrap(), Direction::Ingress, 60)
        .unwrap();
    stand.host.repair().await.unwrap();
    assert!(
        stand
            .holds()
            .await
            .unwrap()
            .iter()
            .all(|hold| hold.coverage.is_covered())
    );
}

#[tokio::test]
async fn aws_is_right_when_it_says_that_there_is_no_room() {
    let stand = Stand::new().await.unwrap();
    let full = Fault::EntryLimit {
        message: "too many".to_owned(),
    };
    stand.cloud.fail_next(Call::CreateNetworkAclEntry, full);
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::NotCovered, "{report}");
    insta::assert_snapshot!(stand.denied().join("\n"), @"99 deny 2001:db8:bad:cafe::66/128 ingress");
}

#[tokio::test]
async fn a_full_queue_turns_the_sender_away_and_keeps_what_it_has() {
    let stand = Stand::new().await.unwrap();
    let detector = quell::alert::Detector::StealthwatchCloud;
    for number in 0..100 {
        let id = DeliveryId::given("test", &number.to_string());
        stand
            .host
            .receive("test", detector, id, recorded::ATTACK.as_bytes())
            .await
            .unwrap();
    }
    let error = stand
        .host
        .receive(
            "test",
            detector,
            DeliveryId::given("test", "one more"),
            recorded::ATTACK.as_bytes(),
        )
        .await;
    insta::assert_snapshot!(error.unwrap_err(), @"100 deliveries wait already (work.queue): send delivery test-one more again later");
}
