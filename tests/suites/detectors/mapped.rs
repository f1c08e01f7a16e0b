//! Detectors that the configuration maps: the one of `examples/alerts/README.md`, and one whose bodies have several alerts.

use std::collections::BTreeSet;

use quell::{
    builtin,
    decision::ActionKind,
    hold::DeliveryId,
    record::{Candidate, Recording, replay},
    report::Answer,
    sandbox::{Limits, Sandbox, Use},
};

use super::{EXAMPLES, Set, alert};

/// The configuration of the page.
fn configuration() -> String {
    std::fs::read_to_string(format!("{EXAMPLES}/alerts/mapped-detectors.toml")).unwrap()
}

async fn receive(set: &Set, detector: &str, body: &str) -> usize {
    let detector = set.host.decoders().detector(detector).unwrap();
    let id = DeliveryId::of(detector, body.as_bytes());
    set.host.receive_all("test", detector, id, body.as_bytes()).await.len()
}

#[tokio::test]
async fn whom_a_mapped_detector_names_is_blocked_by_configuration_alone() {
    let set = Set::up(&configuration()).await.unwrap();
    receive(&set, "wazuh", &alert("wazuh-ssh-brute-force.json")).await;
    let reports = set.work().await.unwrap();
    let expected = ["203.0.113.7/32 ingress at 111122223333/eu-west-1/acl-0b111111111111111"];
    assert_eq!(set.held().await.unwrap(), expected, "{}", reports[0]);
}

#[tokio::test]
async fn each_alert_of_a_list_goes_its_own_way_and_a_resolved_one_nowhere() {
    let set = Set::up(&configuration()).await.unwrap();
    assert_eq!(
        receive(&set, "login-monitor", &alert("webhook-with-a-list.json")).await,
        3
    );
    set.work().await.unwrap();
    let held = set.held().await.unwrap();
    assert_eq!(held.len(), 2, "{held:?}");
    assert!(!held.iter().any(|hold| hold.contains("203.0.113.8")), "{held:?}");
}

#[tokio::test]
async fn an_alert_without_the_key_that_says_whether_it_is_open_writes_nothing_and_is_kept() {
    let set = Set::up(&configuration()).await.unwrap();
    let sent = alert("webhook-with-a-list.json").replace("      \"status\"", "      \"state\"");
    receive(&set, "login-monitor", &sent).await;
    assert_eq!(set.work().await.unwrap().len(), 0);
    assert_eq!(set.held().await.unwrap(), [""; 0]);
    let detector = set.host.decoders().detector("login-monitor").unwrap();
    let id = DeliveryId::of(detector, sent.as_bytes()).numbered(1);
    let kept = set.journal.delivery(&id).await.unwrap().unwrap();
    assert!(
        kept.report.contains("the alert has nothing at `/status`"),
        "{}",
        kept.report
    );
}

#[tokio::test]
async fn a_recording_of_a_mapped_detector_is_replayed_without_the_configuration() {
    let set = Set::up(&configuration()).await.unwrap();
    receive(&set, "wazuh", &alert("wazuh-ssh-brute-force.json")).await;
    let report = set.work().await.unwrap().pop().unwrap();
    let recorded = Recording::of(&report).unwrap();
    let recording = Recording::read(recorded.to_text().as_bytes()).unwrap();
    assert_eq!(recording, recorded);
    assert!(
        recording.file_name().contains("-wazuh-1768477710_81736"),
        "{}",
        recording.file_name()
    );

    let sandbox = Sandbox::new(Use::OneAtATime, Limits::default(), None).unwrap();
    let plugin = sandbox
        .load("nacl-block", builtin::plugin("nacl-block").unwrap())
        .await
        .unwrap();
    let candidate = Candidate {
        may: &BTreeSet::from([ActionKind::Block]),
        ..Candidate::in_place_of(&recording.plugins[0], &plugin)
    };
    let replayed = replay(&recording, candidate, None).await.unwrap();
    assert_eq!(replayed.unrecorded, []);
    assert!(matches!(replayed.answer, Answer::Decided(_)));
    assert_eq!(replayed.answer, recording.plugins[0].answer);
}
