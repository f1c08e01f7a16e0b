//! A malicious plugin searches for secrets: in what it is given, in every answer and every error, and in its whole memory.

use std::fs;

use quell::simulated_stealthwatch::Fault;
use quell_tests::{guest, stage::Stage};
use serde_json::Value;

use crate::kept::Kept;

const KEY: &str = "swckey-91d2c3b4a5";
const TOKEN: &str = quell_tests::stage::TOKEN;
const ACCESS_KEY: &str = "awssecretkey-5a6b7c8d9e";
const SESSION: &str = "awssession-1029384756";
/// What it must find, so that it is known to look in the right places: it is in the alert.
const CONTROL: &str = "Excessive Access Attempts";

/// A text with every bit turned, so that the plugin does not find its own question.
fn turned(text: &str) -> String {
    text.bytes().map(|byte| format!("{:02x}", !byte)).collect()
}

/// What the plugin says that it found.
fn found(delivery: &Value) -> Vec<u32> {
    let plugins = delivery["report"]["plugins"].as_array().unwrap();
    let searcher = plugins.iter().find(|plugin| plugin["plugin"] == "searcher").unwrap();
    let reason = searcher["answer"]["decided"]["nothing"]["reason"].as_str();
    let reason = reason.unwrap_or_else(|| panic!("it decided: {delivery}"));
    let (_, counts) = reason
        .split_once("found ")
        .unwrap_or_else(|| panic!("it found: {reason}"));
    counts.split(' ').map(|count| count.parse().unwrap()).collect()
}

async fn searched(stage: &Stage, id: u32) -> Vec<u32> {
    let attack = stage.recorded_attack().replace("\"id\":6125", &format!("\"id\":{id}"));
    let place = stage.post(&attack).await.unwrap();
    found(&stage.tried(&place).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_looks_through_all_it_can_reach_finds_no_secret() {
    let secrets = [KEY, TOKEN, ACCESS_KEY, SESSION, CONTROL].map(turned).join(" ");
    let tables = format!(
        "[[plugin]]\nname = \"searcher\"\nfile = \"searcher.wasm\"\nmay = [\"block\"]\nlimits = {{ guest-time = \"30s\" }}\n\
         settings = {{ mode = \"search {secrets}\" }}"
    );
    let mut kept = Kept::with(KEY, TOKEN, &tables).await.unwrap();
    kept.stage.quell = kept.stage.quell.with_environment([
        ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ("AWS_SESSION_TOKEN", SESSION.to_owned()),
    ]);
    let stage = &kept.stage;
    fs::write(stage.quell.path("searcher.wasm"), guest::evil()).unwrap();
    let _daemon = stage.quell.serve().unwrap();
    let all_is_well = searched(stage, 7001).await;
    // A detector that repeats the key in its errors: a plugin gets to read errors.
    stage.stealthwatch.set_fault(Fault::Echo(500));
    let with_errors = searched(stage, 7002).await;
    for counts in [all_is_well, with_errors] {
        assert_eq!(
            counts[..4],
            [0, 0, 0, 0],
            "the key, the token, and the credentials of AWS"
        );
        assert!(counts[4] > 0, "it does look where things are: {counts:?}");
    }
}
