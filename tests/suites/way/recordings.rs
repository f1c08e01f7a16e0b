//! Recordings: what was told and what came of it, in one file, and the same again from that file alone.

use std::{fs, path::Path, sync::Arc};

use quell::{
    alert,
    decision::Decision,
    fact::Question,
    hold::SqliteJournal,
    record::{Candidate, Directory, LoadError, Recorder, Recording, Replayed, Wanted, load, load_any, replay},
    report::{Answer, Outcome, Report},
};
use quell_tests::{
    recorded,
    stand::{Stand, default_plugin},
};

/// What `quell explain` finds out about the attack.
async fn explained() -> Report {
    let stand = Stand::new().await.unwrap();
    let alert = alert::stealthwatch::decode(recorded::ATTACK.as_bytes()).unwrap();
    stand.host.explain(alert).await.unwrap()
}

/// The recording of the attack.
async fn recording() -> Recording {
    Recording::of(&explained().await).unwrap()
}

/// The default plugin in the place of the recorded one.
async fn replayed(recording: &Recording) -> Replayed {
    let plugin = default_plugin().await.unwrap();
    let record = recording.plugin(None).unwrap();
    replay(recording, Candidate::in_place_of(record, &plugin), None)
        .await
        .unwrap()
}

/// Without the fact whose question reads like this.
fn without(mut recording: Recording, question: &str) -> Recording {
    let before = recording.facts.len();
    recording.facts.retain(|fact| fact.question.to_string() != question);
    assert_eq!(recording.facts.len() + 1, before);
    recording
}

fn unrecorded(replayed: &Replayed) -> String {
    let told: Vec<_> = replayed.unrecorded.iter().map(ToString::to_string).collect();
    told.join("\n")
}

fn recorder(directory: &Path, most_files: usize) -> Recorder {
    Recorder {
        wanted: Wanted::default(),
        redaction: None,
        directory: Some(Arc::new(Directory::new(directory.to_owned(), most_files, u64::MAX))),
        log: false,
    }
}

fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_recording_alone_leads_to_the_same_decision_and_the_same_verdicts() {
    let recording = recording().await;
    let replayed = replayed(&recording).await;
    let record = recording.plugin(Some("nacl-block")).unwrap();
    assert_eq!(replayed.answer, record.answer);
    assert_eq!(replayed.examined, record.examined);
    assert!(
        replayed.unrecorded.is_empty() && replayed.unasked.is_empty(),
        "{replayed:?}"
    );
    assert_eq!(replayed.intents.len(), 4, "one of the five is private");
    assert_eq!(recording.plan[0].changes.len(), 4);
}

#[tokio::test]
async fn a_recording_is_read_as_it_was_written_and_the_same_run_writes_the_same_bytes() {
    let recording = recording().await;
    let text = recording.to_text();
    let read = Recording::read(text.as_bytes()).unwrap();
    assert_eq!(read, recording);
    assert_eq!(read.to_text(), text);
    assert_eq!(self::recording().await.to_text(), text);
}

#[tokio::test]
async fn the_alert_and_the_observations_stay_token_by_token() {
    let text = recording().await.to_text();
    for token in [
        r#""natural_time": "13\u00a0hours ago""#,
        r#""failed_attempts": 412"#,
        r#""connected_ip": null"#,
    ] {
        assert!(text.contains(token), "{token}");
    }
}

#[tokio::test]
async fn a_fact_that_is_not_recorded_is_never_answered_with_not_known() {
    let recording = without(recording().await, "history of 203.0.113.7");
    let replayed = replayed(&recording).await;
    insta::assert_snapshot!(unrecorded(&replayed), @"the plugin asked for `history of 203.0.113.7`, which is not in the recording; there is `history of 203.0.113.50`, `history of 10.99.3.4`, `history of 192.0.2.99` and 1 more of that kind");
    let mut recording = recording;
    let plugin = default_plugin().await.unwrap();
    let candidate = recording.plugins[0].clone();
    let refused = recording
        .accept(Candidate::in_place_of(&candidate, &plugin), &replayed)
        .unwrap_err();
    insta::assert_snapshot!(refused, @"the replay asked for what is not in the recording, so its decision is worth nothing: record the alert again");
}

#[tokio::test]
async fn a_fact_that_is_asked_with_other_arguments_is_told_with_the_nearest_that_was_there() {
    let mut recording = recording().await;
    let history = |address: &str| Question::History(address.to_owned());
    let of_attacker = recording
        .facts
        .iter_mut()
        .find(|fact| fact.question == history("203.0.113.7"))
        .unwrap();
    of_attacker.question = history("203.0.113.77");
    let replayed = replayed(&recording).await;
    insta::assert_snapshot!(unrecorded(&replayed), @"the plugin asked for `history of 203.0.113.7`, which is not in the recording; there is `history of 203.0.113.77`, `history of 203.0.113.50`, `history of 10.99.3.4` and 2 more of that kind");
    assert!(replayed.unasked.is_empty(), "who can't go on has not left anything out");
}

#[tokio::test]
async fn a_recorded_fact_that_the_plugin_does_not_ask_for_any_more_is_told() {
    let mut recording = recording().await;
    let mut left_over = recording.facts.last().unwrap().clone();
    left_over.question = Question::NetworkAcl("subnet-0123456789abcdef0".to_owned());
    left_over.asked_by = vec!["nacl-block".to_owned()];
    recording.facts.push(left_over.clone());
    assert_eq!(replayed(&recording).await.unasked, [left_over.question]);
}

#[tokio::test]
async fn what_only_the_guards_asked_is_not_missed_when_the_plugin_does_not_ask_for_it() {
    let recording = recording().await;
    let of_guards: Vec<_> = recording.facts.iter().filter(|fact| fact.asked_by.is_empty()).collect();
    assert!(matches!(of_guards.as_slice(), [fact] if matches!(fact.question, Question::NetworkAcl(_))));
    assert!(replayed(&recording).await.unasked.is_empty());
}

#[tokio::test]
async fn a_place_of_a_block_that_is_not_recorded_is_told() {
    let mut recording = recording().await;
    recording.guards.surroundings.clear();
    let replayed = replayed(&recording).await;
    insta::assert_snapshot!(unrecorded(&replayed), @"the guards asked what is around instance i-0abc1234def567890, which is not in the recording; there is nothing of that kind");
    assert!(replayed.intents.is_empty());
}

#[tokio::test]
async fn other_settings_and_other_rules_are_tried_on_what_was_recorded_and_can_be_accepted() {
    let mut recording = recording().await;
    let plugin = default_plugin().await.unwrap();
    let record = recording.plugin(None).unwrap().clone();
    let candidate = Candidate {
        settings: r#"{"block-seconds": 60, "jitter-percent": 0}"#,
        ..Candidate::in_place_of(&record, &plugin)
    };
    let mut rules = recording.guards.rules.clone();
    rules
        .never_block
        .push("203.0.113.0/24".parse::<ipnet::IpNet>().unwrap().into());
    let replayed = replay(&recording, candidate, Some(&rules)).await.unwrap();
    assert_ne!(replayed.answer, record.answer);
    let passed: Vec<_> = replayed.examined.iter().map(|examined| examined.passed()).collect();
    assert_eq!(passed, [false, true, false, true, false]);

    recording.accept(candidate, &replayed).unwrap();
    assert_eq!(recording.plugins[0].answer, replayed.answer);
    assert!(recording.plan.is_empty(), "it was made for another decision");
    let again = replay(&recording, candidate, Some(&rules)).await.unwrap();
    assert_eq!((again.answer, again.examined), (replayed.answer, replayed.examined));
}

#[tokio::test]
async fn the_journals_own_reports_are_recordings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let mut stand = Stand::new().await.unwrap();
    stand.journal = Arc::new(SqliteJournal::open(&path).unwrap());
    stand.restart().unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted);
    let elsewhere = recorded::changed(
        recorded::ATTACK,
        &[(
            "source_info",
            serde_json::json!({ "namespace": "awsv2:999999999999:eu-west-1" }),
        )],
    );
    stand.report("2", &elsewhere).await.unwrap();

    let loaded = load_any(&path, None).await.unwrap();
    let [attack, refused] = loaded.as_slice() else {
        panic!("{loaded:?}");
    };
    let recording = attack.recording.as_ref().unwrap();
    assert_eq!(recording.to_text(), Recording::of(&report).unwrap().to_text());
    let replayed = replayed(recording).await;
    assert_eq!(replayed.answer, recording.plugins[0].answer);
    insta::assert_snapshot!(refused.recording.as_ref().unwrap_err(), @"the alert was refused before any plugin was asked (the alert is for account 999999999999, which is not configured ([[aws.account]])), so there is nothing to replay");

    let later = Some("2026-03-01T12:00:01Z".parse().unwrap());
    assert!(load_any(&path, later).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_report_of_an_older_quell_is_too_old_and_says_so() {
    let mut report = explained().await;
    report.basis = None;
    insta::assert_snapshot!(Recording::of(&report).unwrap_err(), @"the report is of a Quell that did not keep what plugins and guards were told, so it can't be replayed: it is too old");
    let mut value = serde_json::to_value(explained().await).unwrap();
    let plugin = value["plugins"][0].as_object_mut().unwrap();
    plugin.remove("given");
    value.as_object_mut().unwrap().remove("basis");
    serde_json::from_value::<Report>(value).expect("the journal of an older Quell can be read");
}

#[tokio::test]
async fn the_daemon_writes_a_file_for_each_alert_and_the_oldest_goes() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("recordings");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("notes.txt"), "mine").unwrap();
    let mut stand = Stand::new().await.unwrap();
    stand.restart_with_recorder(recorder(&directory, 2)).unwrap();
    for id in ["1", "2", "3"] {
        stand.report(id, recorded::OTHER).await.unwrap();
    }
    stand.pass(1).await.unwrap();
    stand.report("4", recorded::ATTACK).await.unwrap();
    insta::assert_snapshot!(files(&directory).join("\n"), @r"
    20260301T120000.000Z-stealthwatch-cloud-6150_3.recording.json
    20260301T120001.000Z-stealthwatch-cloud-6125.recording.json
    notes.txt
    ");
    let loaded = load(&directory).unwrap();
    let attack = loaded.last().unwrap().recording.as_ref().unwrap();
    assert!(matches!(
        attack.plugins[0].answer,
        Answer::Decided(Decision::Remediate(_))
    ));
}

#[tokio::test]
async fn a_recording_that_can_not_be_written_holds_up_no_alert() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut stand = Stand::new().await.unwrap();
    stand
        .restart_with_recorder(recorder(&file.path().join("below-a-file"), 2))
        .unwrap();
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::Acted);
}

#[tokio::test]
async fn only_what_is_wanted_is_recorded() {
    let report = explained().await;
    let wants = |wanted: Wanted| wanted.wants(&report);
    assert!(wants(Wanted::default()));
    assert!(wants(Wanted {
        outcomes: vec![Outcome::WouldAct],
        ..Wanted::default()
    }));
    assert!(!wants(Wanted {
        outcomes: vec![Outcome::Failed],
        ..Wanted::default()
    }));
    assert!(!wants(Wanted {
        kinds: vec!["Inbound Port Scanner".to_owned()],
        ..Wanted::default()
    }));
}

#[tokio::test]
async fn what_is_no_recording_is_told_with_its_place_and_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(load(folder.path()).unwrap_err(), LoadError::Empty { .. }));
    let text = recording().await.to_text();
    let wrong = [
        ("1-not-json", "{ \"format\": 1,\n  oops }".to_owned()),
        ("2-alert", recorded::ATTACK.to_owned()),
        ("3-list", "[]".to_owned()),
        ("4-newer", text.replacen("\"format\": 1", "\"format\": 2", 1)),
        ("5-misspelt", text.replacen("\"facts\"", "\"fact\"", 1)),
        (
            "6-no-answer",
            text.replacen("\"error\"", "\"answer\"", 1)
                .replacen(
                    "\"of\": \"203.0.113.7\",",
                    "\"of\": \"203.0.113.7\" },\n{ \"fact\": \"history\", \"of\": \"192.0.2.1\",",
                    1,
                )
                .replacen(
                    "\"asked_by\": [\"nacl-block\"],\n      \"answer\": { \"holds\"",
                    "\"asked_by\": [\"nacl-block\"],\n      \"answers\": { \"holds\"",
                    1,
                ),
        ),
        ("7-cut", text[..text.len() / 2].to_owned()),
    ];
    for (name, text) in wrong {
        fs::write(folder.path().join(format!("{name}.recording.json")), text).unwrap();
    }
    fs::write(folder.path().join("8-bytes.recording.json"), b"\xff\xfe").unwrap();
    let loaded = load(folder.path()).unwrap();
    let told: Vec<_> = loaded
        .iter()
        .map(|one| format!("{}: {}", one.name, one.recording.as_ref().unwrap_err()))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    1-not-json: this is not JSON, so it is no recording: key must be a string at line 2 column 3
    2-alert: this is JSON, but no recording: it has no `format` at its top; an alert becomes a recording by `quell explain ALERT --record FILE`
    3-list: this is JSON, but no recording: it has no `format` at its top; an alert becomes a recording by `quell explain ALERT --record FILE`
    4-newer: this recording has format 2, and this Quell reads formats up to 1: take a newer Quell, or record the alert again with this one
    5-misspelt: this recording is not as format 1 wants it: unknown field `fact`, expected one of `format`, `quell`, `note`, `redacted`, `mode`, `now`, `alert`, `facts`, `guards`, `plugins`, `plan` at line 46 column 8; see the schema that `quell recordings schema` prints
    6-no-answer: this recording is not as format 1 wants it: the fact `history of 203.0.113.7` has neither an `answer` nor an `error`: write one at line 229 column 0; see the schema that `quell recordings schema` prints
    7-cut: this is not JSON, so it is no recording: EOF while parsing a value at line 328 column 23
    8-bytes: this is not a recording: it is not UTF-8 text
    ");
}
