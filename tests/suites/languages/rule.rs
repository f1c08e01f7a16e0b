//! The default plugin's rule: Rust, JavaScript and Python decide equally, on recorded alerts and on any other.

mod random;

use std::sync::Arc;

use quell::{
    kit::build::Language,
    record::{self, Candidate},
    sandbox::Plugin,
};
use quell_tests::python::root;

use crate::workshop::rule;

/// How many random alerts.
const CASES: u64 = 200;

const FOREIGN: [Language; 2] = [Language::JavaScript, Language::Python];

#[tokio::test]
async fn recorded_alerts_are_decided_as_they_were_recorded() {
    let recordings = record::load(&root().join("plugins/nacl-block/recordings")).unwrap();
    for language in Language::ALL {
        let plugin = rule(language).await;
        for loaded in &recordings {
            let recording = loaded.recording.as_ref().unwrap();
            let recorded = recording.plugin(Some("nacl-block")).unwrap();
            let replayed = record::replay(recording, Candidate::in_place_of(recorded, &plugin), None);
            let replayed = replayed.await.unwrap();
            let name = &loaded.name;
            assert_eq!(
                (&replayed.unrecorded, &replayed.unasked),
                (&Vec::new(), &Vec::new()),
                "{language}, {name}"
            );
            assert_eq!(replayed.answer, recorded.answer, "{language}, {name}");
        }
    }
}

#[tokio::test]
async fn random_alerts_with_whatever_detectors_and_hosts_may_say_are_decided_equally() {
    let rust = rule(Language::Rust).await;
    let mut blocks = 0;
    for language in FOREIGN {
        let plugin = rule(language).await;
        for seed in 0..CASES {
            let expected = decided(&rust, seed).await;
            blocks += expected.matches("prefix: ").count();
            assert_eq!(decided(&plugin, seed).await, expected, "{language}, seed {seed}");
        }
    }
    // Otherwise they would agree on doing nothing.
    assert!(blocks > 100, "{blocks}");
}

/// What a plugin answers in a random case, its own words for a failure included, and what it asked.
async fn decided(plugin: &Plugin, seed: u64) -> String {
    let (request, facts) = random::case(seed);
    let facts = Arc::new(facts);
    let answer = match plugin.decide(request, facts.clone()).await {
        Ok(decided) => format!("{:#?}", decided.decision),
        Err(error) => error.fault.to_string(),
    };
    format!("{answer}\nasked: {:#?}", facts.asked())
}

#[tokio::test]
async fn settings_are_refused_by_all_of_them_at_the_same_places() {
    let wrong = [
        r#"{"block-second": 60}"#,
        r#"{"alert-types": [" ", 3], "failed-attempts": 0, "direction": "in"}"#,
        r#"{"alert-types": [], "max-blocks": 1001}"#,
        r#"{"block-seconds": 864000}"#,
        r#"{"jitter-percent": 51, "escalation-factor": 0, "block-seconds": "long"}"#,
        "[]",
        "{",
    ];
    for settings in wrong {
        let mut places = Vec::new();
        for language in Language::ALL {
            places.push(problems(&rule(language).await, settings).await);
        }
        assert!(!places[0].is_empty());
        // serde tells of types first and only then of values, so a language may tell more than Rust.
        for (language, place) in FOREIGN.iter().zip(&places[1..]) {
            assert!(
                places[0].iter().all(|it| place.contains(it)),
                "{settings}: {places:?}, {language}"
            );
        }
    }
    for language in Language::ALL {
        rule(language).await.validate_settings("{}").await.unwrap();
    }
}

/// The places of what is wrong.
async fn problems(plugin: &Plugin, settings: &str) -> Vec<String> {
    match plugin.validate_settings(settings).await {
        Err(quell::sandbox::SettingsError::Wrong { problems, .. }) => {
            problems.into_iter().map(|problem| problem.path).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn all_of_them_say_the_same_of_themselves_and_of_their_settings() {
    let of = async |language| rule(language).await.description().clone();
    let rust = of(Language::Rust).await;
    let defaults = |schema: &str| -> Vec<(String, serde_json::Value)> {
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let settings = schema["properties"].as_object().unwrap();
        let bounds = |it: &serde_json::Value| {
            serde_json::json!([
                it["default"],
                it["minimum"],
                it["maximum"],
                it["enum"],
                it["description"]
            ])
        };
        settings
            .iter()
            .map(|(name, setting)| (name.clone(), bounds(setting)))
            .collect()
    };
    for language in FOREIGN {
        let foreign = of(language).await;
        assert_eq!(
            defaults(&foreign.settings_schema),
            defaults(&rust.settings_schema),
            "{language}"
        );
        let told = |it: &quell::sandbox::Description| {
            (
                it.name.clone(),
                it.version.clone(),
                it.actions.clone(),
                it.facts.clone(),
            )
        };
        assert_eq!(told(&foreign), told(&rust), "{language}");
    }
}
