//! What fails: bad input, missing things, sources that are down or lie. Each ends in a clear error, and the alert is kept.

use quell::{
    alert::Detector,
    cloud::{Fault, call::Call},
    hold::{DeliveryId, DeliveryState},
    report::Outcome,
    simulated_stealthwatch,
    text::with_causes,
};
use quell_tests::{
    recorded::{self, changed},
    stand::Stand,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::nothing("")]
#[case::no_json("hello")]
#[case::truncated(&recorded::ATTACK[..400])]
#[case::a_list("[]")]
#[case::no_id(r#"{"type": "Test Alert", "resolved": false}"#)]
#[case::wrong_types(r#"{"id": {}, "type": 7, "resolved": "no"}"#)]
#[tokio::test]
async fn what_can_not_be_read_is_refused_and_kept(#[case] body: &str) {
    let stand = Stand::new().await.unwrap();
    let id = DeliveryId::given("test", "1");
    let error = stand
        .host
        .receive("test", Detector::StealthwatchCloud, id.clone(), body.as_bytes())
        .await
        .unwrap_err();
    assert!(
        with_causes(&error).contains("delivery test-1 can't be read as an alert of stealthwatch-cloud"),
        "{error}"
    );
    let kept = stand.journal.delivery(&id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.body.as_str()), (DeliveryState::Failed, body));
    assert!(kept.report.contains("\"failed\""), "{}", kept.report);
}

#[tokio::test]
async fn ten_megabytes_and_a_thousand_levels_are_refused_in_words() {
    let stand = Stand::new().await.unwrap();
    let huge = format!("{{\"id\": 1, \"type\": \"{}\"}}", "x".repeat(10 << 20));
    let deep = format!(
        "{{\"id\": 1, \"type\": \"x\", \"tags\": {}{}}}",
        "[".repeat(1000),
        "]".repeat(1000)
    );
    let mut told = Vec::new();
    for (id, body) in [("huge", huge), ("deep", deep)] {
        let id = DeliveryId::given("test", id);
        let error = stand
            .host
            .receive("test", Detector::StealthwatchCloud, id, body.as_bytes())
            .await
            .unwrap_err();
        told.push(with_causes(&error));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    delivery test-huge can't be read as an alert of stealthwatch-cloud; it is kept in the journal as failed: the alert has 10485781 bytes, and Quell reads at most 1048576; send one alert at a time, as the detector gave it
    delivery test-deep can't be read as an alert of stealthwatch-cloud; it is kept in the journal as failed: the alert is nested deeper than 64 levels (line 1 column 95); no detector sends such an alert
    ");
}

#[tokio::test]
async fn an_instance_that_does_not_exist_is_named() {
    let stand = Stand::new().await.unwrap();
    let nowhere = changed(
        recorded::ATTACK,
        &[
            ("source_name", json!("i-0123456789abcdef0")),
            (
                "source_info",
                json!({ "name": "i-0123456789abcdef0", "namespace": "awsv2:111122223333:eu-west-1" }),
            ),
            ("ips_when_created", json!([])),
        ],
    );
    let report = stand.report("1", &nowhere).await.unwrap();
    assert_eq!(report.outcome, Outcome::Nothing);
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0123456789abcdef0; nacl-block does nothing: no instance is known that alert 6125 is about: instance id i-0123456789abcdef0: no instance has it in account 111122223333 in eu-west-1, terminated ones left out");
}

fn denied() -> Fault {
    Fault::Denied {
        code: "UnauthorizedOperation".to_owned(),
        message: "You are not authorized to perform this operation.".to_owned(),
    }
}

#[rstest]
#[case::instances(Call::DescribeInstances)]
#[case::acls(Call::DescribeNetworkAcls)]
#[case::vpcs(Call::DescribeVpcs)]
#[case::writes(Call::CreateNetworkAclEntry)]
#[tokio::test]
async fn a_call_that_ec2_denies_is_named_with_the_remedy_and_nothing_is_written(#[case] call: Call) {
    let stand = Stand::new().await.unwrap();
    stand.cloud.fail_next(call, denied());
    stand.cloud.fail_next(call, denied());
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    let report = worked.report.unwrap();
    assert!(matches!(report.outcome, Outcome::Failed | Outcome::Refused), "{report}");
    let told = report.to_string();
    assert!(
        told.contains(call.name()) && told.contains("UnauthorizedOperation") && told.contains("IAM policy"),
        "{told}"
    );
    assert!(stand.denied().is_empty());
    assert!(
        stand
            .journal
            .delivery(&DeliveryId::given("test", "1"))
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_stealthwatch_api_that_is_down_is_asked_again_later() {
    let stand = Stand::new().await.unwrap();
    stand.stealthwatch.set_fault(simulated_stealthwatch::Fault::Status {
        code: 503,
        times: 1000,
        retry_after: None,
    });
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert!(
        matches!(worked.state, DeliveryState::Waiting { .. }),
        "{:?}",
        worked.state
    );
    let summary = worked.report.unwrap().summary;
    assert!(summary.contains("503"), "{summary}");

    stand.stealthwatch.clear_fault();
    stand.pass(60).await.unwrap();
    let now = quell::clock::Clock::now(&*stand.clock);
    let waiting = stand.journal.waiting(now, 10).await.unwrap();
    stand.host.work(&waiting[0]).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
}

#[rstest]
#[case::a_web_page(simulated_stealthwatch::Fault::NotJson)]
#[case::never_ends(simulated_stealthwatch::Fault::EndlessBody)]
#[case::lies(simulated_stealthwatch::Fault::LyingTotal(1_000_000))]
#[case::slow(simulated_stealthwatch::Fault::Slow(std::time::Duration::from_secs(30)))]
#[tokio::test]
async fn a_stealthwatch_api_that_lies_or_dawdles_leads_to_no_write(#[case] fault: simulated_stealthwatch::Fault) {
    let stand = Stand::new().await.unwrap();
    stand.stealthwatch.set_fault(fault);
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert_eq!(worked.report.unwrap().outcome, Outcome::Failed);
    assert_ne!(worked.state, DeliveryState::Done);
    assert_eq!(stand.writes(), 0);
}

#[tokio::test]
async fn one_that_fails_again_and_again_is_given_up_and_kept() {
    let stand = Stand::new().await.unwrap();
    stand.stealthwatch.set_fault(simulated_stealthwatch::Fault::NotJson);
    let mut state = stand.deliver("1", recorded::ATTACK).await.unwrap().state;
    let mut attempts = 1;
    while let DeliveryState::Waiting { .. } = state {
        stand.clock.advance(jiff::SignedDuration::from_hours(1));
        let delivery = stand
            .journal
            .delivery(&DeliveryId::given("test", "1"))
            .await
            .unwrap()
            .unwrap();
        state = stand.host.work(&delivery).await.unwrap().state;
        attempts += 1;
        assert!(attempts < 100, "it is never given up");
    }
    assert_eq!((state, attempts), (DeliveryState::Failed, quell::way::retry::ATTEMPTS));
}

#[tokio::test]
async fn an_alert_whose_surroundings_can_not_be_read_for_the_moment_is_tried_again() {
    for call in [Call::DescribeVpcs, Call::DescribeNetworkAcls] {
        let stand = Stand::new().await.unwrap();
        let throttled = Fault::Throttled {
            code: "RequestLimitExceeded".to_owned(),
            message: "too many".to_owned(),
        };
        stand.cloud.fail_next(call, throttled);
        let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
        assert_eq!(worked.report.unwrap().outcome, Outcome::Failed, "{call}");
        assert!(
            matches!(worked.state, DeliveryState::Waiting { .. }),
            "{call}: {:?}",
            worked.state
        );
        let delivery = stand.journal.delivery(&DeliveryId::given("test", "1")).await.unwrap();
        stand.host.work(&delivery.unwrap()).await.unwrap();
        assert_eq!(stand.denied().len(), 4, "{call}");
    }
}
