//! Plugins that break down.

use quell_tests::guest;

use crate::arena::{Arena, load};

#[tokio::test]
async fn a_panic_is_told_with_the_message_that_its_hook_logged() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("panic").await, @"plugin `evil` (decide) panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
    insta::assert_snapshot!(arena.validate("panic").await, @"plugin `evil` (validate-settings) panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
    insta::assert_snapshot!(load(&guest::evil_describe("panic")).await, @"plugin `evil` (describe) panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
}

#[tokio::test]
async fn a_panic_is_told_even_when_all_log_lines_are_used_up() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("panic-after-many-lines").await, @"plugin `evil` (decide) panicked at tests/guests/evil/src/attack.rs:86:5: after all these lines");
}

#[tokio::test]
async fn a_panic_can_not_forge_a_line_of_the_hosts_log() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("forged-panic").await, @r"plugin `evil` (decide) panicked at tests/guests/evil/src/attack.rs:86:5: one\nERROR a forged line\u{1b}[2J");
}

#[tokio::test]
async fn a_trap_without_a_message_says_how_to_get_one() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("silent-panic").await, @"plugin `evil` (decide) trapped: wasm trap: wasm `unreachable` instruction executed; build it with the SDK, whose panic hook logs the reason of a panic");
}
