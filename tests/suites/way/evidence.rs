//! Evidence: no address is blocked on the word of one message where a route demands more.

use quell::{
    alert::Detector,
    cloud::{Fault, call::Call},
    decision::ActionKind,
    duration::HumanDuration,
    guard::Demands,
    hold::{DeliveryId, DeliveryState},
    record::Recording,
    report::{Outcome, Report},
    roster::{Answers, Route},
};
use quell_tests::{
    recorded::{self, changed},
    stand::{Stand, default_plugin, routed},
};
use serde_json::json;

/// GuardDuty's word on the same attacker, 203.0.113.7, and the same instance.
const SAME_ATTACKER: &str = include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json");

async fn demanding(demands: Demands) -> Stand {
    let stand = Stand::new().await.unwrap();
    let mut plugin = routed(
        default_plugin().await.unwrap(),
        r#"{"jitter-percent": 0}"#,
        [ActionKind::Block],
    )
    .await
    .unwrap();
    plugin.routes = vec![Route {
        demands,
        ..Route::of_detector(Detector::StealthwatchCloud)
    }];
    stand.decides_with(Answers::All, [plugin]).await.unwrap();
    stand
}

/// What the guard of evidence said of each remediation that got so far.
fn told(report: &Report) -> String {
    let verdicts = report.plugins.iter().flat_map(|plugin| &plugin.examined);
    let verdicts = verdicts.flat_map(|examined| &examined.verdicts);
    let of_evidence = verdicts.filter(|verdict| verdict.guard == "evidence");
    let lines: Vec<_> = of_evidence.map(|verdict| verdict.reason.clone()).collect();
    lines.join("\n")
}

#[tokio::test]
async fn only_who_was_seen_often_enough_is_blocked_and_the_report_says_what_was_missing() {
    let stand = demanding(Demands {
        observations: Some(2),
        failed_attempts: Some(100),
        ..Demands::default()
    })
    .await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(told(&report));
    insta::assert_snapshot!(stand.denied().join("\n"));
}

#[tokio::test]
async fn a_connection_that_no_detector_showed_is_none() {
    let stand = demanding(Demands {
        established: true,
        ..Demands::default()
    })
    .await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!((report.outcome, stand.denied().len()), (Outcome::Refused, 0));
    assert!(told(&report).contains("NOT MET: no connection is shown to have been established"));
}

#[tokio::test]
async fn a_second_detector_is_waited_for_and_the_first_one_again_is_none() {
    let stand = demanding(Demands {
        second_detector: Some(HumanDuration::from_secs(3600)),
        ..Demands::default()
    })
    .await;
    assert_eq!(
        stand.report("1", recorded::ATTACK).await.unwrap().outcome,
        Outcome::Refused
    );
    assert_eq!(
        stand.report("2", recorded::ATTACK).await.unwrap().outcome,
        Outcome::Refused
    );
    stand
        .deliver_from(Detector::GuardDuty, "3", SAME_ATTACKER)
        .await
        .unwrap();
    stand.pass(600).await.unwrap();
    let report = stand.report("4", recorded::ATTACK).await.unwrap();
    assert_eq!(
        stand.denied(),
        ["99 deny 203.0.113.7/32 ingress"],
        "GuardDuty named no other"
    );
    assert!(
        told(&report).contains("met: guardduty named it 10m ago, within 1h"),
        "{}",
        told(&report)
    );
}

#[tokio::test]
async fn an_address_is_as_old_as_the_journal_remembers_also_after_a_restart() {
    let mut stand = demanding(Demands {
        minimum_age: Some(HumanDuration::from_secs(600)),
        ..Demands::default()
    })
    .await;
    let first = stand.report("1", recorded::ATTACK).await.unwrap();
    assert!(
        told(&first).contains("NOT MET: named for the first time, of at least 10m ago"),
        "{}",
        told(&first)
    );
    let snapshot = stand.host.roster().now();
    stand.restart().unwrap();
    stand.host.take_over((*snapshot).clone()).await.unwrap();
    stand.pass(600).await.unwrap();
    let second = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(second.outcome, Outcome::Acted, "{}", second.summary);
}

#[tokio::test]
async fn an_alert_that_is_tried_again_later_does_not_prove_its_own_age() {
    let stand = demanding(Demands {
        minimum_age: Some(HumanDuration::from_secs(600)),
        ..Demands::default()
    })
    .await;
    let throttled = Fault::Throttled {
        code: "RequestLimitExceeded".to_owned(),
        message: "too many".to_owned(),
    };
    stand.cloud.fail_next(Call::DescribeVpcs, throttled);
    let first = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert!(matches!(first.state, DeliveryState::Waiting { .. }), "{first:?}");
    stand.pass(3_600).await.unwrap();
    let delivery = stand.journal.delivery(&DeliveryId::given("test", "1")).await.unwrap();
    let again = stand.host.work(&delivery.unwrap()).await.unwrap().report.unwrap();
    assert_eq!((again.outcome, stand.writes()), (Outcome::Refused, 0), "{again}");
    assert!(told(&again).contains("NOT MET: named for the first time"), "{again}");
    let other = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(other.outcome, Outcome::Acted, "{other}");
    assert!(told(&other).contains("met: first named 1h ago"), "{}", told(&other));
}

#[tokio::test]
async fn a_test_of_the_channel_is_no_witness() {
    let stand = demanding(Demands {
        minimum_age: Some(HumanDuration::from_secs(600)),
        ..Demands::default()
    })
    .await;
    stand.report("1", recorded::TEST).await.unwrap();
    stand.pass(600).await.unwrap();
    let report = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Refused);
}

#[tokio::test]
async fn what_the_detector_does_not_answer_is_not_met_and_tried_again() {
    let stand = demanding(Demands {
        observations: Some(1),
        ..Demands::default()
    })
    .await;
    let unknown = changed(recorded::ATTACK, &[("id", json!(999_999))]);
    let report = stand.report("1", &unknown).await.unwrap();
    assert_eq!(stand.denied(), [""; 0], "{}", report.summary);
}

#[tokio::test]
async fn a_recording_has_what_was_demanded_and_what_the_guards_were_told() {
    let stand = demanding(Demands {
        observations: Some(2),
        second_detector: Some(HumanDuration::from_secs(3600)),
        ..Demands::default()
    })
    .await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    let recording = Recording::of(&report).unwrap();
    let text = serde_json::to_string(&recording).unwrap();
    let read: Recording = serde_json::from_str(&text).unwrap();
    let [record] = read.plugins.as_slice() else {
        panic!("one plugin decided")
    };
    let plugin = default_plugin().await.unwrap();
    let candidate = quell::record::Candidate::in_place_of(record, &plugin);
    let replayed = quell::record::replay(&read, candidate, None).await.unwrap();
    assert!(replayed.unrecorded.is_empty(), "{:?}", replayed.unrecorded);
    assert!(replayed.unasked.is_empty(), "{:?}", replayed.unasked);
    assert_eq!(replayed.examined, record.examined);
}
