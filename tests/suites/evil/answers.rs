//! Answers that are too much, that are no text, or that ask for what may not be.

use quell::decision::{Action, Decision};
use quell_tests::guest;

use crate::arena::{Arena, load};

#[tokio::test]
async fn an_answer_with_too_many_items_is_refused() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("many-remediations").await, @"plugin `evil` (decide) answered with 1500 remediations, more than its 1000: raise `plugin.limits.remediations` if that is right");
    insta::assert_snapshot!(arena.decide("many-notes").await, @"plugin `evil` (decide) answered with 5000 notes, more than its 100: raise `plugin.limits.list-items` if that is right");
    insta::assert_snapshot!(arena.validate("many-problems").await, @"plugin `evil` (validate-settings) answered with 10000 problems with settings, more than its 100: raise `plugin.limits.list-items` if that is right");
}

#[tokio::test]
async fn an_answer_with_too_long_a_text_is_refused() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("long-reason").await, @"plugin `evil` (decide) answered with a reason of 80000 bytes, more than its 4096: raise `plugin.limits.text-bytes` if that is right");
    insta::assert_snapshot!(arena.decide("long-prefix").await, @"plugin `evil` (decide) answered with a prefix of 5000 bytes, more than its 4096: raise `plugin.limits.text-bytes` if that is right");
    insta::assert_snapshot!(arena.decide("long-parameters").await, @"plugin `evil` (decide) answered with parameters of a custom action of 100000 bytes, more than its 65536: raise `plugin.limits.parameters-bytes` if that is right");
}

#[tokio::test]
async fn a_huge_answer_is_refused_before_the_host_has_it_in_memory() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("huge-reason").await, @"plugin `evil` (decide) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `plugin.limits.passed-bytes`");
    insta::assert_snapshot!(arena.decide("giant-question").await, @"plugin `evil` (decide) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `plugin.limits.passed-bytes`");
    insta::assert_snapshot!(load(&guest::evil_describe("huge-schema")).await, @"plugin `evil` (describe) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `plugin.limits.passed-bytes`");
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("not-utf8").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
    insta::assert_snapshot!(arena.decide("not-utf8-prefix").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
    insta::assert_snapshot!(arena.decide("not-utf8-question").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
    insta::assert_snapshot!(arena.decide("not-utf8-line").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
}

#[tokio::test]
async fn deeply_nested_parameters_stay_text() {
    let arena = Arena::new().await;
    let action = arena.first_action("nested-parameters").await;
    let Action::Custom(custom) = action else {
        panic!("{action:?}")
    };
    assert_eq!(custom.parameters, "[".repeat(50_000));
}

#[tokio::test]
async fn what_the_guards_must_refuse_reaches_them_as_it_was_said() {
    let arena = Arena::new().await;
    let shown = async |mode| {
        let decided = arena.decide_raw(mode).await.unwrap();
        let Decision::Remediate(proposal) = decided.decision else {
            panic!("{mode}")
        };
        let actions: Vec<_> = proposal.remediations.iter().map(|one| one.action.to_string()).collect();
        actions.join("; ")
    };
    insta::assert_snapshot!(shown("everyone").await, @"block 0.0.0.0/0 ingress at instance i-0a1b2c3d4e5f60718; block ::/0 ingress at instance i-0a1b2c3d4e5f60718");
    insta::assert_snapshot!(shown("not-an-address").await, @"block 300.1.2.3/99 ingress at instance i-0a1b2c3d4e5f60718; block ; rm -rf / ingress at instance i-0a1b2c3d4e5f60718");
    insta::assert_snapshot!(shown("stop-instance").await, @"stop i-0a1b2c3d4e5f60718");
}

#[tokio::test]
async fn a_plugin_that_fails_is_told_apart_from_one_that_breaks() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("fail-settings").await, @"plugin `evil` (decide) could not decide: its settings can't be used: `x` is no number");
    insta::assert_snapshot!(arena.decide("fail-facts").await, @"plugin `evil` (decide) could not decide: a fact could not be had: the observations are not there");
    insta::assert_snapshot!(arena.decide("fail-alert").await, @r"plugin `evil` (decide) could not decide: the alert can't be understood: it has no source\nERROR a forged line");
    insta::assert_snapshot!(arena.decide("fail-other").await, @"plugin `evil` (decide) could not decide: no luck today");
    assert!(arena.decide_raw("fail-facts").await.unwrap_err().is_passing());
    assert!(!arena.decide_raw("fail-other").await.unwrap_err().is_passing());
}

#[tokio::test]
async fn wrong_settings_are_told_all_at_once() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.validate("two-problems").await, @r"the settings of plugin `evil` are wrong: /block-secnods: unknown; did you mean `block-seconds`?; settings: line one\nERROR a forged line");
}
