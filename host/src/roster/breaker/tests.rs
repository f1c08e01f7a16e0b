//! What an operator may rely on when a plugin keeps failing.

use proptest::{collection::vec, prelude::*};

use super::*;

const TERMS: BreakerTerms = BreakerTerms {
    failures: 3,
    pause: Duration::from_secs(60),
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A breaker that opened at second 0.
fn open() -> Breaker {
    let mut breaker = Breaker::new(TERMS);
    for _ in 0..3 {
        assert_eq!(breaker.ask(at(0)), Leave::Go);
        breaker.failed(at(0), &"panicked");
    }
    breaker
}

#[test]
fn a_plugin_that_fails_now_and_then_is_never_put_aside() {
    let mut breaker = Breaker::new(TERMS);
    for second in 0..100 {
        assert_eq!(breaker.ask(at(second)), Leave::Go);
        let turn = if second % 3 == 2 {
            breaker.succeeded()
        } else {
            breaker.failed(at(second), &"panicked")
        };
        assert_eq!(turn, None);
    }
}

#[test]
fn the_last_failure_in_a_row_opens_it_for_the_pause_and_says_so_once() {
    let mut breaker = Breaker::new(TERMS);
    let turns: Vec<_> = (0..5).map(|second| breaker.failed(at(second), &"panicked")).collect();
    let opened = Turn::Opened {
        until: at(62),
        failures: 3,
    };
    assert_eq!(turns, [None, None, Some(opened), None, None]);
    let aside = Leave::Aside {
        until: at(62),
        failures: 3,
        last: "panicked".to_owned(),
    };
    assert_eq!(breaker.ask(at(61)), aside);
}

#[test]
fn after_the_pause_one_alert_tries_it_and_the_others_wait_for_what_comes_of_that() {
    let mut breaker = open();
    assert_eq!(breaker.ask(at(60)), Leave::Trial);
    assert!(matches!(breaker.ask(at(60)), Leave::Aside { .. }));
    assert_eq!(breaker.succeeded(), Some(Turn::Closed));
    assert_eq!(breaker.ask(at(60)), Leave::Go);
    assert_eq!(
        breaker.failed(at(61), &"panicked"),
        None,
        "it counts from the beginning"
    );
}

#[test]
fn a_trial_that_fails_is_another_pause() {
    let mut breaker = open();
    breaker.ask(at(60));
    let opened = Turn::Opened {
        until: at(130),
        failures: 4,
    };
    assert_eq!(breaker.failed(at(70), &"panicked"), Some(opened));
    assert!(matches!(breaker.ask(at(129)), Leave::Aside { .. }));
    assert_eq!(breaker.ask(at(130)), Leave::Trial);
}

#[test]
fn a_trial_that_is_never_heard_of_again_does_not_keep_the_plugin_aside_for_ever() {
    let mut breaker = open();
    assert_eq!(breaker.ask(at(60)), Leave::Trial);
    assert!(matches!(breaker.ask(at(119)), Leave::Aside { .. }));
    assert_eq!(breaker.ask(at(120)), Leave::Trial);
}

#[test]
fn a_trial_for_which_a_fact_was_missing_leaves_the_trial_to_the_next_alert() {
    let mut breaker = open();
    breaker.ask(at(60));
    breaker.learnt_nothing(at(61));
    assert_eq!(breaker.ask(at(61)), Leave::Trial);
}

proptest! {
    /// Whatever happens, at most one alert goes through in each pause while it is open, and only failures in a row open it.
    #[test]
    fn it_never_lets_two_through_within_one_pause_while_it_is_open(steps in vec((0_i64..40, 0..4_u8), 1..200)) {
        let mut breaker = Breaker::new(TERMS);
        let (mut now, mut in_a_row, mut last_trial) = (0, 0, None);
        for (pass, what) in steps {
            now += pass;
            match breaker.ask(at(now)) {
                Leave::Aside { until, .. } => {
                    prop_assert!(until > at(now));
                    prop_assert!(in_a_row >= TERMS.failures);
                    continue;
                }
                Leave::Trial => {
                    prop_assert!(in_a_row >= TERMS.failures);
                    if let Some(last) = last_trial {
                        prop_assert!(now - last >= 60);
                    }
                    last_trial = Some(now);
                }
                Leave::Go => prop_assert!(in_a_row < TERMS.failures),
            }
            match what {
                0 => {
                    breaker.succeeded();
                    (in_a_row, last_trial) = (0, None);
                }
                1 => {
                    breaker.learnt_nothing(at(now));
                    last_trial = None;
                }
                // Never heard of again.
                2 if last_trial == Some(now) => {}
                _ => {
                    breaker.failed(at(now), &"panicked");
                    in_a_row += 1;
                }
            }
        }
    }
}
