//! Plugins that ask and log without end.

use quell::sandbox::Limits;
use quell_tests::guest;

use crate::arena::Arena;

#[tokio::test]
async fn endless_questions_end_at_the_limit_of_host_calls() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("endless-facts").await, @"plugin `evil` (decide) asked for more than its 100 facts and was ended: look for an endless loop in it, or raise `plugin.limits.host-calls`");
    let error = arena.decide_raw("endless-facts").await.unwrap_err();
    assert_eq!(error.cost.host_calls, Limits::default().host_calls);
}

#[tokio::test]
async fn a_million_log_lines_are_cut_and_counted_and_the_decision_goes_on() {
    let arena = Arena::new().await;
    let decided = arena.decide_raw("many-lines").await.unwrap();
    assert_eq!(decided.log.len(), Limits::default().log_lines);
    assert_eq!(
        decided.cost.log_lines_dropped,
        1_000_000 - Limits::default().log_lines as u64
    );
}

#[tokio::test]
async fn a_long_log_line_is_cut_and_the_decision_goes_on() {
    let arena = Arena::new().await;
    let decided = arena.decide_raw("long-line").await.unwrap();
    assert_eq!(
        decided.log[0].message.len(),
        Limits::default().log_line_bytes + '…'.len_utf8()
    );
}

#[tokio::test]
async fn a_giant_log_line_is_refused_before_the_host_has_it_in_memory() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("giant-line").await, @"plugin `evil` (decide) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `plugin.limits.passed-bytes`");
}

#[tokio::test]
async fn a_log_line_can_not_forge_another() {
    let arena = Arena::new().await;
    let decided = arena.decide_raw("forged-line").await.unwrap();
    insta::assert_snapshot!(decided.log[0].message, @r"ok\nERROR a forged line\u{1b}[2J");
}

#[tokio::test]
async fn facts_can_not_be_asked_outside_a_decision() {
    // `describe` asks, is told that it may not, and goes on.
    let arena = Arena::loading(&guest::evil_describe("ask")).await;
    arena.is_as_before().await;
}
