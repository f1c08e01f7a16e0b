//! Plugins that take the time of others.

use std::time::Duration;

use quell::{
    duration::HumanDuration,
    sandbox::{Limits, Use},
};
use quell_tests::guest;

use crate::arena::{Arena, SlowFacts, load_with, patient, sandbox};

#[tokio::test]
async fn an_endless_loop_ends_at_the_limit_of_guest_time() {
    let arena = Arena::with(Limits::default()).await;
    insta::assert_snapshot!(arena.decide("loop").await, @"plugin `evil` (decide) ran for longer than its 500ms and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`");
    insta::assert_snapshot!(arena.validate("loop").await, @"plugin `evil` (validate-settings) ran for longer than its 500ms and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`");
    insta::assert_snapshot!(load_with(Limits::default(), &guest::evil_describe("loop")).await, @"plugin `evil` (describe) ran for longer than its 500ms and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`");
}

#[tokio::test]
async fn an_endless_loop_takes_no_longer_than_its_limit_and_does_not_hold_up_others() {
    let arena = Arena::with(Limits::default()).await;
    let error = arena.decide_raw("loop").await.unwrap_err();
    let limit = Limits::default().guest_time.0;
    assert!(error.cost.guest_time >= limit);
    // A generous bound: the machine may be busy with other tests.
    assert!(error.cost.wall_clock < limit * 20, "{:?}", error.cost);

    // This test has one thread, so the good decision comes first only if the loop lets it.
    let (endless, good) = tokio::join!(arena.decide_raw("loop"), async {
        tokio::task::yield_now().await;
        let good = arena.decide_raw("good").await.unwrap();
        (good, std::time::Instant::now())
    });
    assert!(endless.is_err());
    assert!(good.0.cost.wall_clock < endless.unwrap_err().cost.wall_clock);
}

#[tokio::test]
async fn many_endless_loops_at_once_do_not_hold_up_another_plugins_decision() {
    let evil = Arena::with(Limits::default()).await;
    let other = Arena::with(Limits::default()).await;
    let looping = (0..8).map(|_| async {
        let ended = evil.decide_raw("loop").await;
        (ended.unwrap_err(), std::time::Instant::now())
    });
    // This test has one thread for all of them, and each loop may run for its whole limit.
    let (ended, decided) = tokio::join!(futures::future::join_all(looping), async {
        tokio::task::yield_now().await;
        other.decide_raw("good").await.unwrap();
        std::time::Instant::now()
    });
    for (error, at) in ended {
        assert!(error.cost.guest_time >= Limits::default().guest_time.0);
        assert!(decided < at, "it came before any loop had used up its time");
    }
}

#[tokio::test]
async fn a_slow_fact_is_not_charged_to_the_plugin() {
    let limits = Limits {
        guest_time: HumanDuration::from_millis(50),
        ..Limits::default()
    };
    let arena = Arena::with(limits).await;
    let slow = SlowFacts(Duration::from_millis(300));
    let decided = arena.decide_with("ask", slow).await.unwrap();
    assert!(decided.cost.guest_time < Duration::from_millis(50));
    assert!(decided.cost.wall_clock >= Duration::from_millis(300));
    assert_eq!(decided.cost.host_calls, 1);
}

#[tokio::test]
async fn a_fact_that_never_comes_ends_at_the_wall_clock() {
    let limits = Limits {
        guest_time: HumanDuration::from_millis(200),
        wall_clock: HumanDuration::from_millis(200),
        ..Limits::default()
    };
    let arena = Arena::with(limits).await;
    let never = SlowFacts(Duration::from_secs(3600));
    let error = arena.decide_with("ask", never).await.unwrap_err();
    assert!(error.is_passing(), "a slow fact may be fast later");
    // How long the plugin itself ran differs each time.
    let text = error.to_string();
    let (before, after) = text.split_once("its own code ran for ").unwrap();
    let (_, after) = after.split_once(" and waited").unwrap();
    insta::assert_snapshot!(format!("{before}… and waited{after}"), @"plugin `evil` (decide) took longer than its 200ms over all and was ended; … and waited for the rest: see which fact was slow, or raise `plugin.limits.wall-clock`");
    arena.is_as_before().await;
}

#[tokio::test]
async fn endless_log_lines_are_charged_to_the_plugin() {
    let arena = Arena::with(Limits::default()).await;
    insta::assert_snapshot!(arena.decide("endless-lines").await, @"plugin `evil` (decide) ran for longer than its 500ms and was ended: look for an endless loop in it, or raise `plugin.limits.guest-time`");
}

#[tokio::test]
async fn where_fuel_is_counted_an_endless_loop_ends_at_its_limit_of_fuel() {
    let limits = Limits {
        fuel: 1_000_000,
        ..patient()
    };
    let arena = Arena::of(&sandbox(Use::Measure, limits, None), &guest::evil()).await;
    insta::assert_snapshot!(arena.decide("loop").await, @"plugin `evil` (decide) used more than its 1000000 of fuel, roughly a unit for each instruction, and was ended: look for an endless loop in it, or raise `plugin.limits.fuel`");
    let error = arena.decide_raw("loop").await.unwrap_err();
    assert_eq!(
        error.cost.fuel,
        Some(1_000_000),
        "all of it was used, and the cost says so"
    );
}
