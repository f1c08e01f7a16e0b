//! What EC2 is asked ahead of an alert's way.

use quell::{
    alert::Detector,
    cloud::{Fault, call::Call},
    report::Outcome,
};
use quell_tests::{
    recorded::{self, changed},
    stand::Stand,
};
use serde_json::json;

async fn ask_ahead(stand: &Stand, body: &str) {
    stand.host.ask_ahead(Detector::StealthwatchCloud, body.as_bytes()).await;
}

/// The names of the calls since the last time that somebody asked.
fn calls(stand: &Stand) -> Vec<String> {
    let calls = stand.cloud.calls();
    stand.cloud.forget_calls();
    let name = |call: &str| call.split(' ').next().unwrap_or_default().to_owned();
    calls.iter().map(|call| name(&call.to_string())).collect()
}

#[tokio::test]
async fn what_was_asked_ahead_is_not_asked_again() {
    let stand = Stand::new().await.unwrap();
    ask_ahead(&stand, recorded::ATTACK).await;
    assert_eq!(
        calls(&stand),
        ["DescribeInstances", "DescribeNetworkAcls", "DescribeVpcs"]
    );
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted);
    let written = stand.writes();
    assert!(written > 0);
    assert_eq!(calls(&stand), vec!["CreateNetworkAclEntry"; written]);
}

#[tokio::test]
async fn who_asks_ahead_in_vain_does_not_keep_the_alert_from_its_way() {
    let stand = Stand::new().await.unwrap();
    let message = "the connection is refused".to_owned();
    stand
        .cloud
        .fail_next(Call::DescribeInstances, Fault::Unreachable { message });
    ask_ahead(&stand, recorded::ATTACK).await;
    assert_eq!(calls(&stand), ["DescribeInstances"]);
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted);
}

#[tokio::test]
async fn nothing_is_asked_for_what_comes_to_nothing() {
    let stand = Stand::new().await.unwrap();
    for text in [recorded::TEST, recorded::RESOLVED] {
        ask_ahead(&stand, text).await;
    }
    let elsewhere = changed(
        recorded::ATTACK,
        &[(
            "source_info",
            json!({ "name": "i-0abc1234def567890", "namespace": "awsv2:999999999999:eu-west-1" }),
        )],
    );
    ask_ahead(&stand, &elsewhere).await;
    assert_eq!(calls(&stand), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_asked_for_several_alerts_at_once() {
    let stand = Stand::new().await.unwrap();
    let several = format!("[{},{}]", recorded::ATTACK, recorded::TEST);
    ask_ahead(&stand, &several).await;
    assert_eq!(calls(&stand), Vec::<String>::new());
}
