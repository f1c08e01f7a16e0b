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
    let alert = quell::alert::stealthwatch::decode(recorded::ATTACK.as_bytes()).unwrap();
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

/// As `error`, without how much was asked for: that differs from one build to the next.
async fn bomb(language: Language, mode: &str) -> String {
    let error = error(language, mode).await;
    let (before, after) = error.split_once("asked for ").unwrap();
    format!("{before}asked for … {}", after.split_once(' ').unwrap().1)
}

#[tokio::test]
async fn an_endless_loop_ends_at_the_limit_of_guest_time() {
    insta::assert_snapshot!(error(JavaScript, "loop").await, @"plugin `evil-javascript` (decide) ran for longer than its 3s and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`");
    insta::assert_snapshot!(error(Python, "loop").await, @"plugin `evil-python` (decide) ran for longer than its 3s and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`");
}

#[tokio::test]
async fn a_memory_bomb_ends_at_the_limit_of_memory() {
    insta::assert_snapshot!(bomb(JavaScript, "memory").await, @"plugin `evil-javascript` (decide) asked for … bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
    insta::assert_snapshot!(bomb(JavaScript, "one-large-piece").await, @"plugin `evil-javascript` (decide) asked for … bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
    insta::assert_snapshot!(bomb(Python, "memory").await, @"plugin `evil-python` (decide) asked for … bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
    insta::assert_snapshot!(bomb(Python, "one-large-piece").await, @"plugin `evil-python` (decide) asked for … bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
}

#[tokio::test]
async fn an_exception_is_told_with_its_message_and_its_place() {
    insta::assert_snapshot!(error(JavaScript, "exception").await, @r#"plugin `evil-javascript` (decide) panicked at src/plugin.js:29:3: TypeError: can't access property "address", observation.remote is undefined\n  offenderOf at src/plugin.js:29:3\n  check at src/plugin.js:39:48"#);
    insta::assert_snapshot!(error(JavaScript, "thrown-text").await, @r#"plugin `evil-javascript` (decide) panicked at decide: thrown: "no error at all""#);
    insta::assert_snapshot!(error(Python, "exception").await, @r"plugin `evil-python` (decide) panicked at plugin.py:33: KeyError: 'remote'\n  offender_of at plugin.py:33\n  check at plugin.py:65");
    insta::assert_snapshot!(error(Python, "exit").await, @r"plugin `evil-python` (decide) panicked at plugin.py:46: SystemExit: 0\n  <lambda> at plugin.py:46\n  <lambda> at plugin.py:76");
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
    insta::assert_snapshot!(told(JavaScript).await, @r#"plugin `evil-javascript` (validate-settings) panicked at src/plugin.js:29:3: TypeError: can't access property "address", observation.remote is undefined\n  offenderOf at src/plugin.js:29:3\n  check at src/plugin.js:39:48"#);
    insta::assert_snapshot!(told(Python).await, @r"plugin `evil-python` (validate-settings) panicked at plugin.py:33: KeyError: 'remote'\n  offender_of at plugin.py:33\n  check at plugin.py:65");
}

#[tokio::test]
async fn an_endless_recursion_is_told_as_one() {
    insta::assert_snapshot!(error(JavaScript, "recursion").await, @r"plugin `evil-javascript` (decide) panicked at src/plugin.js:18:28: InternalError: too much recursion\n  recursion at src/plugin.js:18:28");
    insta::assert_snapshot!(error(Python, "recursion").await, @r"plugin `evil-python` (decide) panicked at plugin.py:24: RecursionError: maximum recursion depth exceeded\n  recursion at plugin.py:24\n  <lambda> at plugin.py:76");
    insta::assert_snapshot!(bomb(Python, "deep-recursion").await, @"plugin `evil-python` (decide) asked for … bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
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
    insta::assert_snapshot!(error(JavaScript, "wrong-type").await, @"plugin `evil-javascript` (decide) panicked at decide: TypeError: decide returned what is no decision: decision.val.reason is 7; must be a string");
    insta::assert_snapshot!(error(JavaScript, "no-decision").await, @"plugin `evil-javascript` (decide) panicked at decide: TypeError: decide returned what is no decision: decision is undefined; must be an object with tag");
    insta::assert_snapshot!(error(JavaScript, "promise").await, @"plugin `evil-javascript` (decide) panicked at decide: TypeError: decide returned a promise; it must not be async: the host answers at once");
    insta::assert_snapshot!(error(Python, "wrong-type").await, @"plugin `evil-python` (decide) panicked at decide: TypeError: decide returned what is no decision: decision.value.reason is 7; must be a text");
    insta::assert_snapshot!(error(Python, "no-decision").await, @"plugin `evil-python` (decide) panicked at decide: TypeError: decide returned what is no decision: decision is None; must be Decision_Remediate or Decision_Nothing");
    insta::assert_snapshot!(error(Python, "promise").await, @"plugin `evil-python` (decide) panicked at decide: TypeError: decide returned a coroutine; it must not be async: the host answers at once");
}

#[tokio::test]
async fn the_clock_and_random_numbers_of_the_build_are_never_taken_for_real_ones() {
    insta::assert_snapshot!(error(JavaScript, "clock").await, @r"plugin `evil-javascript` (decide) panicked at src/plugin.js:22:38: Error: Date.now(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: use `request.now`\n  clock at src/plugin.js:22:38\n  decide at src/plugin.js:40:41");
    insta::assert_snapshot!(error(JavaScript, "new-date").await, @r"plugin `evil-javascript` (decide) panicked at src/plugin.js:23:38: Error: new Date(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: use `new Date(request.now)`\n  new-date at src/plugin.js:23:38\n  decide at src/plugin.js:40:41");
    insta::assert_snapshot!(error(JavaScript, "random").await, @r"plugin `evil-javascript` (decide) panicked at src/plugin.js:24:39: Error: Math.random(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: derive a number from the alert, such as a hash of its id\n  random at src/plugin.js:24:39\n  decide at src/plugin.js:40:41");
    insta::assert_snapshot!(error(Python, "clock").await, @r"plugin `evil-python` (decide) panicked at plugin.py:52: RuntimeError: time.time(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: use `request.now`, milliseconds since 1970\n  <lambda> at plugin.py:52\n  <lambda> at plugin.py:76");
    insta::assert_snapshot!(error(Python, "new-date").await, @r"plugin `evil-python` (decide) panicked at plugin.py:53: RuntimeError: datetime.now(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: use `request.now`, milliseconds since 1970\n  <lambda> at plugin.py:53\n  <lambda> at plugin.py:76");
    insta::assert_snapshot!(error(Python, "random").await, @r"plugin `evil-python` (decide) panicked at plugin.py:54: RuntimeError: random.random(): a plugin has no clock and no random numbers, so that the same alert gives the same decision: derive a number from the alert, such as a digest of its id\n  <lambda> at plugin.py:54\n  <lambda> at plugin.py:76");
    for language in [JavaScript, Python] {
        let given = decide(&evil(language).await, "given-date").await.unwrap();
        assert!(given.starts_with("1970-01-01T00:00:00"), "{given}");
    }
}
