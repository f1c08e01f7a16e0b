use std::{fs, path::PathBuf, time::Duration};

use super::{junit::junit, *};
use crate::{
    fact::Question,
    record::{Recording, Unrecorded},
    sandbox::{Cost, Level, Limits, LogLine, Plugin, Sandbox, Use},
};

const TWO_ATTACKERS: &[u8] = include_bytes!("../template/recordings/two-attackers.recording.json");

async fn plugin() -> Plugin {
    let sandbox = Sandbox::new(Use::Measure, Limits::default(), None).unwrap();
    let component = crate::builtin::plugin("nacl-block").unwrap();
    sandbox.load("nacl-block", component).await.unwrap()
}

/// A folder with one recording, which the built-in plugin decides as is recorded.
async fn folder(plugin: &Plugin) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two-attackers.recording.json");
    fs::write(&file, TWO_ATTACKERS).unwrap();
    // It was recorded with another plugin, which asked less: whatever is around the instance is known here.
    let mut recording = Recording::read(TWO_ATTACKERS).unwrap();
    let mut trials = run(plugin, folder.path(), None).await.unwrap().trials;
    while let Outcome::Unrecorded(unrecorded) = &trials[0].outcome {
        recording.know_nothing_of(unrecorded);
        fs::write(&file, recording.to_text()).unwrap();
        trials = run(plugin, folder.path(), None).await.unwrap().trials;
    }
    trials[0].accept().unwrap();
    (folder, file)
}

impl Recording {
    /// Records that nothing is known of all this.
    fn know_nothing_of(&mut self, unrecorded: &[Unrecorded]) {
        for one in unrecorded {
            match one {
                Unrecorded::Fact { asked, .. } => self.facts.push(crate::record::FactRecord {
                    question: asked.clone(),
                    asked_by: Vec::new(),
                    outcome: Err(crate::fact::FactError::NotKnown("nobody looked".to_owned())),
                }),
                Unrecorded::Surroundings { asked, .. } => self.guards.surroundings.push(crate::report::Around {
                    place: asked.clone(),
                    found: crate::report::Known::Unknown(crate::report::Failure {
                        message: "nobody looked".to_owned(),
                        passing: false,
                    }),
                }),
            }
        }
    }
}

#[tokio::test]
async fn what_was_accepted_is_as_recorded_from_then_on() {
    let plugin = plugin().await;
    let (folder, _file) = folder(&plugin).await;
    let run = run(&plugin, folder.path(), None).await.unwrap();
    assert!(run.is_good(), "{run}");
    let cost = run.trials[0].cost.unwrap();
    assert!(cost.fuel.unwrap() > 1000 && cost.output_bytes > 100, "{cost:?}");
}

#[tokio::test]
async fn fuel_is_the_same_each_time() {
    let plugin = plugin().await;
    let (folder, _file) = folder(&plugin).await;
    let mut fuels = Vec::new();
    for _ in 0..3 {
        fuels.push(
            run(&plugin, folder.path(), None).await.unwrap().trials[0]
                .cost
                .unwrap()
                .fuel,
        );
    }
    fuels.dedup();
    assert_eq!(fuels.len(), 1, "{fuels:?}");
}

#[tokio::test]
async fn a_fact_that_is_not_recorded_fails_and_is_never_not_known_in_silence() {
    let plugin = plugin().await;
    let (folder, file) = folder(&plugin).await;
    let mut recording = Recording::read(&fs::read(&file).unwrap()).unwrap();
    recording
        .facts
        .retain(|fact| !matches!(fact.question, Question::Observations));
    fs::write(&file, recording.to_text()).unwrap();
    let run = run(&plugin, folder.path(), None).await.unwrap();
    insta::assert_snapshot!(run.trials[0].outcome.problems().join("\n"), @"the plugin asked for `observations`, which is not in the recording; there is nothing of that kind");
    assert!(!run.trials[0].accept().unwrap(), "there is nothing to accept");
}

#[tokio::test]
async fn a_recording_that_is_none_fails_and_does_not_keep_the_others_from_being_tried() {
    let plugin = plugin().await;
    let (folder, _file) = folder(&plugin).await;
    fs::write(folder.path().join("broken.recording.json"), "{}").unwrap();
    let run = run(&plugin, folder.path(), None).await.unwrap();
    assert_eq!((run.trials.len(), run.failed()), (2, 1));
    assert_eq!(run.trials[0].outcome.name(), "unusable");
}

#[tokio::test]
async fn settings_that_the_plugin_does_not_take_fail_with_its_own_words() {
    let plugin = plugin().await;
    let (folder, file) = folder(&plugin).await;
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("\"settings\": {}", "\"settings\": { \"blok-seconds\": 1 }"),
    )
    .unwrap();
    let run = run(&plugin, folder.path(), None).await.unwrap();
    let Outcome::Unusable(why) = &run.trials[0].outcome else {
        panic!("{run}")
    };
    assert!(
        why.contains("does not take the settings that were recorded for") && why.contains("blok-seconds"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_recordings_are_a_matter_of_seconds() {
    let plugin = plugin().await;
    let (folder, file) = folder(&plugin).await;
    for number in 1..1000 {
        fs::copy(&file, folder.path().join(format!("{number}.recording.json"))).unwrap();
    }
    let run = run(&plugin, folder.path(), None).await.unwrap();
    assert!(run.is_good() && run.trials.len() == 1000, "{run}");
    // Two seconds where it is optimised. A generous bound: this is not, and the machine may be busy with other tests.
    assert!(run.took < Duration::from_secs(20), "{:?}", run.took);
    assert_eq!(
        run.to_string().lines().count(),
        5,
        "what is as it should be is only counted: {run}"
    );
}

#[tokio::test]
async fn a_filter_that_names_none_is_an_error() {
    let plugin = plugin().await;
    let (folder, _file) = folder(&plugin).await;
    let error = run(&plugin, folder.path(), Some("typo")).await.unwrap_err();
    insta::assert_snapshot!(error, @"none of the 1 recordings has `typo` in its name");
}

/// One of each that an author can meet.
fn of_each_kind() -> Run {
    let cost = Cost {
        fuel: Some(123_456),
        memory_bytes: 1_310_720,
        host_calls: 3,
        output_bytes: 812,
        ..Cost::default()
    };
    let trial = |name: &str, outcome| Trial {
        name: name.to_owned(),
        path: format!("recordings/{name}.recording.json").into(),
        outcome,
        unasked: Vec::new(),
        cost: Some(cost),
        log: Vec::new(),
        took: Duration::ZERO,
        acceptable: None,
    };
    let different = |new: &str, failure: Option<&str>| Outcome::Different {
        old: "decision {\n  \"nothing\": { \"reason\": \"resolved\" }\n}\n".to_owned(),
        new: new.to_owned(),
        failure: failure.map(str::to_owned),
    };
    let history = |address: &str| Question::History(address.to_owned());
    Run {
        trials: vec![
            trial("as-recorded", Outcome::Same),
            Trial {
                unasked: vec![history("203.0.113.7")],
                ..trial("asks-less", Outcome::Same)
            },
            trial(
                "decides-otherwise",
                different("decision {\n  \"nothing\": { \"reason\": \"closed\" }\n}\n", None),
            ),
            Trial {
                log: vec![LogLine {
                    level: Level::Error,
                    message: "panicked at src/lib.rs:7:1: no address".to_owned(),
                }],
                ..trial(
                    "panics",
                    different("failure {}\n", Some("panicked at src/lib.rs:7:1: no address")),
                )
            },
            trial(
                "asks-more",
                Outcome::Unrecorded(vec![Unrecorded::Fact {
                    asked: history("203.0.113.8"),
                    recorded: vec![history("203.0.113.7")],
                }]),
            ),
            Trial {
                cost: Some(Cost {
                    memory_bytes: 60 << 20,
                    fuel: Some(81_000_001),
                    ..cost
                }),
                ..trial("is-dear", Outcome::Same)
            },
            Trial {
                cost: None,
                ..trial(
                    "broken",
                    Outcome::Unusable("this is not JSON, so it is no recording".to_owned()),
                )
            },
        ],
        limits: Limits::default(),
        took: Duration::from_millis(35),
    }
}

#[test]
fn an_author_reads_what_is_wrong_and_what_it_costs() {
    insta::assert_snapshot!(anstream::adapter::strip_str(&of_each_kind().to_string()), @r#"
    ✓ as-recorded        fuel 123 456 (0 %), memory 1.2 MiB (1 %), facts 3 (3 %), answer 812 B (0 %)
    ✓ asks-less          fuel 123 456 (0 %), memory 1.2 MiB (1 %), facts 3 (3 %), answer 812 B (0 %)
    ✗ decides-otherwise  fuel 123 456 (0 %), memory 1.2 MiB (1 %), facts 3 (3 %), answer 812 B (0 %)
    ✗ panics             fuel 123 456 (0 %), memory 1.2 MiB (1 %), facts 3 (3 %), answer 812 B (0 %)
    ✗ asks-more          fuel 123 456 (0 %), memory 1.2 MiB (1 %), facts 3 (3 %), answer 812 B (0 %)
    ✓ is-dear            fuel 81 000 001 (81 %), memory 60.0 MiB (93 %), facts 3 (3 %), answer 812 B (0 %)
    ✗ broken

    asks-less recordings/asks-less.recording.json
      not asked: `history of 203.0.113.7` is recorded, and the plugin did not ask for it

    decides-otherwise recordings/decides-otherwise.recording.json
      decided differently: - recorded, + decided
        decision {
      -   "nothing": { "reason": "resolved" }
      +   "nothing": { "reason": "closed" }
        }

    panics recordings/panics.recording.json
      failed: the plugin panicked at src/lib.rs:7:1: no address

    asks-more recordings/asks-more.recording.json
      not recorded: the plugin asked for `history of 203.0.113.8`, which is not in the recording; there is `history of 203.0.113.7`

    broken recordings/broken.recording.json
      unusable: this is not JSON, so it is no recording

    7 recordings: 4 not as recorded, in 35ms
      most fuel          81 000 001 of 100 000 000 (81 %)
      most memory-bytes  60.0 MiB of 64.0 MiB (93 %)
      most host-calls    3 of 100 (3 %)
      most passed-bytes  812 B of 1.0 MiB (0 %)
    "#);
}

#[test]
fn what_is_nearly_too_dear_is_red() {
    let text = of_each_kind().to_string();
    let dear = text.lines().find(|line| line.contains("is-dear")).unwrap();
    let red = crate::report::style::paint(crate::report::style::BAD, "60.0 MiB (93 %)");
    assert!(dear.contains(&red), "{dear:?}");
    let plain = text.lines().find(|line| line.contains("as-recorded")).unwrap();
    assert!(!plain.contains(&crate::report::style::BAD.to_string()), "{plain:?}");
}

#[test]
fn a_ci_reads_junit() {
    insta::assert_snapshot!(junit("my-plugin", &of_each_kind()).unwrap(), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="quell plugin test" tests="7" failures="3" errors="1" time="0.035">
        <testsuite name="my-plugin" tests="7" disabled="0" errors="1" failures="3" time="0.035">
            <testcase name="as-recorded" classname="my-plugin" time="0.000">
            </testcase>
            <testcase name="asks-less" classname="my-plugin" time="0.000">
                <system-out>not asked: history of 203.0.113.7</system-out>
            </testcase>
            <testcase name="decides-otherwise" classname="my-plugin" time="0.000">
                <failure message="decided differently" type="different">  decision {
    -   &quot;nothing&quot;: { &quot;reason&quot;: &quot;resolved&quot; }
    +   &quot;nothing&quot;: { &quot;reason&quot;: &quot;closed&quot; }
      }
    </failure>
            </testcase>
            <testcase name="panics" classname="my-plugin" time="0.000">
                <failure message="panicked at src/lib.rs:7:1: no address" type="different">panicked at src/lib.rs:7:1: no address
    - decision {
    -   &quot;nothing&quot;: { &quot;reason&quot;: &quot;resolved&quot; }
    - }
    + failure {}
    </failure>
            </testcase>
            <testcase name="asks-more" classname="my-plugin" time="0.000">
                <failure message="the plugin asked for `history of 203.0.113.8`, which is not in the recording; there is `history of 203.0.113.7`" type="unrecorded">the plugin asked for `history of 203.0.113.8`, which is not in the recording; there is `history of 203.0.113.7`</failure>
            </testcase>
            <testcase name="is-dear" classname="my-plugin" time="0.000">
            </testcase>
            <testcase name="broken" classname="my-plugin" time="0.000">
                <error message="this is not JSON, so it is no recording" type="unusable">this is not JSON, so it is no recording</error>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}
