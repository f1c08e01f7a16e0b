//! Plugins in JavaScript and Python that attack their host: each attack ends within its limit and is told with the guest's own words, and the next
//! decision is made as if nothing had happened.

use std::sync::Arc;

use quell::{
    decision::Decision,
    fact::RecordedFacts,
    kit::build::Language::{self, JavaScript, Python},
    sandbox::Plugin,
};
use quell_tests::recorded;
use serde_json::json;

use crate::workshop::evil;

/// The error of a decision in this mode. Afterwards a good decision is as good as ever.
async fn error(language: Language, mode: &str) -> String {
    let plugin = evil(language).await;
    let error = decide(&plugin, mode).await.unwrap_err();
    assert_eq!(decide(&plugin, "good").await.unwrap(), "there is nothing to do");
    error
}

/// The reason for which a plugin declines in this mode.
async fn decide(plugin: &Plugin, mode: &str) -> Result<String, String> {
    let alert = quell::alert::decode(quell::alert::Detector::StealthwatchCloud, recorded::ATTACK.as_bytes()).unwrap();
    let request = quell::sandbox::Request {
        alert: Arc::new(alert),
        settings: json!({ "mode": mode }).to_string(),
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    match plugin.decide(request, Arc::new(RecordedFacts::default())).await {
        Ok(decided) => match decided.decision {
            Decision::Nothing(nothing) => Ok(nothing.reason),
            Decision::Remediate(proposal) => panic!("{proposal:?}"),
        },
        Err(error) => Err(error.to_string()),
    }
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_limit_of_guest_time() {
    insta::assert_snapshot!(error(JavaScript, "loop").await, @"");
    insta::assert_snapshot!(error(Python, "loop").await, @"");
}

#[tokio::test]
async fn a_memory_bomb_ends_at_the_limit_of_memory() {
    insta::assert_snapshot!(error(JavaScript, "memory").await, @"");
    insta::assert_snapshot!(error(JavaScript, "one-large-piece").await, @"");
    insta::assert_snapshot!(error(Python, "memory").await, @"");
    insta::assert_snapshot!(error(Python, "one-large-piece").await, @"");
}

#[tokio::test]
async fn an_exception_is_told_with_its_message_and_its_place() {
    insta::assert_snapshot!(error(JavaScript, "exception").await, @"");
    insta::assert_snapshot!(error(JavaScript, "thrown-text").await, @"");
    insta::assert_snapshot!(error(Python, "exception").await, @"");
    insta::assert_snapshot!(error(Python, "exit").await, @"");
}

#[tokio::test]
async fn an_exception_in_a_check_of_settings_is_told_too() {
    let settings = json!({ "mode": "exception" }).to_string();
    let told = async |language| {
        evil(language)
            .await
            .validate_settings(&settings)
            .await
            .unwrap_err()
            .to_string()
    };
    insta::assert_snapshot!(told(JavaScript).await, @"");
    insta::assert_snapshot!(told(Python).await, @"");
}

#[tokio::test]
async fn an_endless_recursion_is_told_as_one() {
    insta::assert_snapshot!(error(JavaScript, "recursion").await, @"");
    insta::assert_snapshot!(error(Python, "recursion").await, @"");
    insta::assert_snapshot!(error(Python, "deep-recursion").await, @"");
}

#[tokio::test]
async fn an_answer_that_is_no_decision_is_told_with_the_place_that_is_wrong() {
    for (language, mode) in [JavaScript, Python]
        .into_iter()
        .flat_map(|it| ["wrong-type", "no-decision", "promise"].map(|mode| (it, mode)))
    {
        assert!(
            error(language, mode).await.contains("decide returned"),
            "{language}: {mode}"
        );
    }
    insta::assert_snapshot!(error(JavaScript, "wrong-type").await, @"");
    insta::assert_snapshot!(error(JavaScript, "no-decision").await, @"");
    insta::assert_snapshot!(error(JavaScript, "promise").await, @"");
    insta::assert_snapshot!(error(Python, "wrong-type").await, @"");
    insta::assert_snapshot!(error(Python, "no-decision").await, @"");
    insta::assert_snapshot!(error(Python, "promise").await, @"");
}

#[tokio::test]
async fn the_clock_and_random_numbers_of_the_build_are_never_taken_for_real_ones() {
    insta::assert_snapshot!(error(JavaScript, "clock").await, @"");
    insta::assert_snapshot!(error(JavaScript, "new-date").await, @"");
    insta::assert_snapshot!(error(JavaScript, "random").await, @"");
    insta::assert_snapshot!(error(Python, "clock").await, @"");
    insta::assert_snapshot!(error(Python, "new-date").await, @"");
    insta::assert_snapshot!(error(Python, "random").await, @"");
    for language in [JavaScript, Python] {
        let given = decide(&evil(language).await, "given-date").await.unwrap();
        assert!(given.starts_with("1970-01-01T00:00:00"), "{given}");
    }
}
