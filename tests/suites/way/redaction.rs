//! Redaction: a recording that tells no longer who it was, and in which the plugin still decides the same way.

use std::net::IpAddr;

use proptest::prelude::*;
use quell::{
    alert,
    decision::{Decision, Remediation},
    fact::{Answer as Fact, History, Observation, Question},
    record::{
        Candidate, FactRecord, Recording,
        redact::{Key, Kind, RedactError, Redactor},
        replay,
    },
    report::Answer,
};
use quell_tests::{
    recorded,
    stand::{Stand, default_plugin},
};
use serde_json::json;

async fn recording() -> (Stand, Recording) {
    let stand = Stand::new().await.unwrap();
    let alert = alert::stealthwatch::decode(recorded::ATTACK.as_bytes()).unwrap();
    let recording = Recording::of(&stand.host.explain(alert).await.unwrap()).unwrap();
    (stand, recording)
}

fn redactor(fields: &[&str]) -> Redactor {
    let fields: Vec<_> = fields.iter().map(|field| (*field).to_owned()).collect();
    Redactor::new(Key::of(b"a key of this test"), &Kind::ALL, &fields)
}

/// Remediations without their order, which may be one by address.
fn proposed(answer: &Answer) -> (Vec<String>, Vec<String>) {
    match answer {
        Answer::Decided(Decision::Remediate(proposal)) => {
            let line = |remediation: &Remediation| serde_json::to_string(remediation).unwrap();
            let mut remediations: Vec<_> = proposal.remediations.iter().map(line).collect();
            let mut notes = proposal.notes.clone();
            remediations.sort();
            notes.sort();
            (remediations, notes)
        }
        other => (vec![format!("{other:?}")], Vec::new()),
    }
}

#[tokio::test]
async fn nothing_that_is_redacted_is_left_anywhere_in_the_file() {
    let (_stand, recording) = recording().await;
    let text = recording.to_text();
    let redacted = redactor(&["type"]).redact(&recording).unwrap();
    let redacted_text = redacted.to_text();
    for gone in [
        "111122223333",
        "203.0.113.7/",
        "203.0.113.50",
        "2001:db8:bad:cafe::66",
        "10.0.1.10",
        "198-51-100-10",
        "i-0abc1234def567890",
        "eni-0aaa1111bbb22222c",
        "subnet-0aaa1111bbb22222c",
        "acl-0b111111111111111",
        "sg-0aaa1111bbb22222c",
        "vpc-0a1b2c3d4e5f60718",
        "Excessive Access Attempts",
    ] {
        assert!(text.contains(gone), "{gone} was there");
        assert!(!redacted_text.contains(gone), "{gone} is left");
    }
    assert_eq!(redacted.redacted, ["account", "address", "id", "field type"]);
    assert_eq!(Recording::read(redacted_text.as_bytes()).unwrap(), redacted);
}

#[tokio::test]
async fn equal_things_stay_equal_in_all_recordings_of_one_key_and_in_none_of_another() {
    let (_stand, recording) = recording().await;
    let one = redactor(&[]).redact(&recording).unwrap();
    assert_eq!(redactor(&[]).redact(&recording).unwrap(), one);
    let other = Redactor::new(Key::random().unwrap(), &Kind::ALL, &[])
        .redact(&recording)
        .unwrap();
    assert_ne!(other.guards.home.account, one.guards.home.account);
    assert_eq!(one.guards.home.account, one.plan[0].target.account);
}

#[tokio::test]
async fn a_redacted_recording_has_the_decision_that_belongs_to_it() {
    let stand = Stand::with(json!({}), quell::report::Mode::Enforce).await.unwrap();
    let alert = alert::stealthwatch::decode(recorded::ATTACK.as_bytes()).unwrap();
    let report = stand.host.explain(alert).await.unwrap();
    let redacted = stand.host.recording(&report, Some(&redactor(&[]))).await.unwrap();
    let plugin = default_plugin().await.unwrap();
    let record = redacted.plugin(None).unwrap();
    let replayed = replay(&redacted, Candidate::in_place_of(record, &plugin), None)
        .await
        .unwrap();
    assert_eq!(
        replayed.answer, record.answer,
        "also with a jitter, which goes by the address"
    );
    assert_eq!(replayed.examined, record.examined);
    assert!(replayed.unrecorded.is_empty());
}

#[tokio::test]
async fn a_field_that_the_alert_can_not_do_without_is_refused_by_its_name() {
    let (_stand, recording) = recording().await;
    // The number of the alert may be another one; that it is resolved or not may not be.
    redactor(&["id"]).redact(&recording).unwrap();
    let alert = recorded::changed(recorded::ATTACK, &[("merit", json!("create"))]);
    let alert = alert::stealthwatch::decode(alert.as_bytes()).unwrap();
    let recording = Recording::of(&_stand.host.explain(alert).await.unwrap()).unwrap();
    let error = redactor(&["merit"]).redact(&recording).unwrap_err();
    assert!(matches!(error, RedactError::Unreadable { .. }));
    insta::assert_snapshot!(error, @"a value of a redacted field (merit) is a word of the recording itself: take the field out");
}

/// Addresses that tried, with how often they did.
fn attackers() -> impl Strategy<Value = Vec<(IpAddr, u16)>> {
    let address = prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 2]>().prop_map(|[c, d]| IpAddr::from([10, 0, c % 4, d])),
        any::<u8>().prop_map(|d| IpAddr::from([203, 0, 113, d])),
        any::<u16>().prop_map(|low| format!("2001:db8:0:1200::{low:x}").parse().unwrap()),
        any::<[u16; 3]>().prop_map(|[a, b, c]| format!("2a00:{a:x}:{b:x}::{c:x}").parse().unwrap()),
    ];
    prop::collection::vec((address, 0_u16..500), 0..12)
}

/// The recording with other attackers, and nothing in the plan.
fn attacked_by(mut recording: Recording, attackers: &[(IpAddr, u16)]) -> Recording {
    recording
        .facts
        .retain(|fact| matches!(fact.question, Question::Instance(_) | Question::NetworkAcl(_)));
    recording.plan.clear();
    let observation = |(at, (address, attempts)): (usize, &(IpAddr, u16))| Observation {
        id: at.to_string(),
        kind: "Multiple Access Failures".to_owned(),
        time: None,
        raw: json!({ "id": at, "connected_ip": address, "failed_attempts": attempts }).to_string(),
    };
    let observations: Vec<_> = attackers.iter().enumerate().map(observation).collect();
    let mut fact = |question, answer| {
        if recording.facts.iter().all(|fact| fact.question != question) {
            recording.facts.push(FactRecord {
                question,
                asked_by: Vec::new(),
                outcome: Ok(answer),
            });
        }
    };
    fact(Question::Observations, Fact::Observations(observations));
    for (address, _) in attackers {
        fact(
            Question::History(address.to_canonical().to_string()),
            Fact::History(History::default()),
        );
    }
    recording
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn to_redact_and_then_to_decide_is_to_decide_and_then_to_redact(attackers in attackers(), key in any::<[u8; 8]>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_stand, recording) = recording().await;
            let mut recording = attacked_by(recording, &attackers);
            let plugin = default_plugin().await.unwrap();
            let record = recording.plugin(None).unwrap().clone();
            let candidate = Candidate::in_place_of(&record, &plugin);
            let decided = replay(&recording, candidate, None).await.unwrap();
            prop_assert!(decided.unrecorded.is_empty(), "{:?}", decided.unrecorded);
            recording.accept(candidate, &decided).unwrap();

            let redacted = Redactor::new(Key::of(&key), &Kind::ALL, &[]).redact(&recording).unwrap();
            let redacted_record = redacted.plugin(None).unwrap();
            let again = replay(&redacted, Candidate::in_place_of(redacted_record, &plugin), None).await.unwrap();
            prop_assert!(again.unrecorded.is_empty(), "{:?}", again.unrecorded);
            prop_assert_eq!(proposed(&again.answer), proposed(&redacted_record.answer));
            let passed = |examined: &[quell::record::Examined]| examined.iter().filter(|one| one.passed()).count();
            prop_assert_eq!(passed(&again.examined), passed(&redacted_record.examined));
            Ok(())
        })?;
    }
}
