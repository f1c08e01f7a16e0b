//! Longer each time, within bounds, and always the same.

use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::settings;

const DAY: u64 = 86_400;

/// A day, then longer up to a week, without jitter.
const EXACT: Escalation = Escalation {
    base_seconds: DAY,
    factor: 2,
    longest_seconds: 7 * DAY,
    jitter_percent: 0,
};

fn history(holds: u32, in_force: u32) -> History {
    History {
        holds,
        in_force,
        ..History::default()
    }
}

#[rstest]
#[case::the_first_time(0, DAY)]
#[case::the_second(1, 2 * DAY)]
#[case::the_third(2, 4 * DAY)]
#[case::no_longer_than_the_longest(3, 7 * DAY)]
#[case::nor_without_end(u32::MAX, 7 * DAY)]
fn each_block_is_twice_as_long_as_the_one_before(#[case] holds: u32, #[case] seconds: u64) {
    assert_eq!(EXACT.seconds(&history(holds, 0), ""), seconds);
}

#[test]
fn an_alert_that_comes_again_while_the_block_is_in_force_does_not_double_it() {
    assert_eq!(EXACT.seconds(&history(1, 1), ""), DAY);
    assert_eq!(EXACT.seconds(&history(3, 1), ""), 4 * DAY);
    assert_eq!(EXACT.seconds(&history(1, 2), ""), DAY);
}

#[test]
fn a_factor_of_one_makes_all_blocks_alike() {
    let alike = Escalation { factor: 1, ..EXACT };
    assert_eq!(alike.seconds(&history(1000, 0), ""), DAY);
}

#[test]
fn settings_that_nobody_checked_still_give_a_time() {
    let nothing = Escalation {
        base_seconds: 0,
        factor: 0,
        longest_seconds: 0,
        jitter_percent: u8::MAX,
    };
    assert_eq!(nothing.seconds(&history(2, 0), ""), 1);
}

#[test]
fn jitter_reaches_both_bounds_and_its_middle_is_the_exact_time() {
    let jittered = Escalation {
        jitter_percent: 10,
        ..EXACT
    };
    let all: Vec<_> = (0..10_000)
        .map(|seed: u32| jittered.seconds(&history(0, 0), &seed.to_string()))
        .collect();
    let (least, most) = (*all.iter().min().unwrap(), *all.iter().max().unwrap());
    assert!((77_760..77_800).contains(&least) && (95_000..=95_040).contains(&most));
    let mean = all.iter().sum::<u64>() / 10_000;
    assert!(mean.abs_diff(DAY) < 200, "{mean}");
}

#[test]
fn the_longest_blocks_do_not_all_end_together() {
    let jittered = Escalation {
        jitter_percent: 10,
        ..EXACT
    };
    let at_the_cap = (0..100).filter(|seed: &u32| jittered.seconds(&history(9, 0), &seed.to_string()) == 7 * DAY);
    assert!(at_the_cap.count() < 3);
}

/// The hash is part of what a recording is compared with: another one would change decisions that were recorded.
#[test]
fn the_same_seed_gives_the_same_time_in_every_version() {
    let jittered = Escalation {
        jitter_percent: 10,
        ..EXACT
    };
    let seconds = ["", "203.0.113.7 6125", "203.0.113.8 6125", "203.0.113.7 6126"]
        .map(|seed| jittered.seconds(&history(0, 0), seed));
    assert_eq!(seconds, [94_309, 82_775, 93_278, 83_281]);
}

proptest! {
    #[test]
    fn longer_or_as_long_the_oftener_it_was_blocked(escalation in escalations(), holds in 0..100_u32, seed: String) {
        let seconds = |holds| escalation.seconds(&history(holds, 0), &seed);
        prop_assert!(seconds(holds) <= seconds(holds + 1));
    }

    #[test]
    fn never_beyond_the_cap_nor_below_a_second_nor_further_from_the_exact_time_than_the_jitter(
        escalation in escalations(),
        holds: u32,
        seed: String,
    ) {
        let seconds = |escalation: Escalation| escalation.seconds(&history(holds, 0), &seed);
        let exact = seconds(Escalation { jitter_percent: 0, ..escalation });
        let jittered = seconds(escalation);
        prop_assert!((1..=escalation.longest_seconds).contains(&jittered));
        let jitter = u128::from(exact) * u128::from(escalation.jitter_percent) / 100;
        prop_assert!(u128::from(exact.abs_diff(jittered)) <= jitter);
    }

    #[test]
    fn what_is_read_from_settings_is_what_was_written(escalation in escalations()) {
        let written = serde_json::to_string(&escalation).unwrap();
        prop_assert_eq!(settings::parse::<Escalation>(&written), Ok(escalation));
    }
}

/// Any that passes the check, with small numbers as often as large ones.
fn escalations() -> impl Strategy<Value = Escalation> {
    let number = || (1..=u64::MAX, 0..64_u32).prop_map(|(number, bits)| (number >> bits).max(1));
    (number(), number(), number(), 0..=MOST_JITTER).prop_map(|(base_seconds, factor, more, jitter_percent)| {
        Escalation {
            base_seconds,
            factor,
            longest_seconds: base_seconds.saturating_add(more),
            jitter_percent,
        }
    })
}

/// The settings of a plugin that has an escalation among them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Settings {
    escalation: Escalation,
}

#[test]
fn a_misspelt_setting_is_told_with_its_place() {
    let problems = settings::parse::<Settings>(r#"{"escalation": {"base-secs": 5}}"#).unwrap_err();
    let told = format!("{}: {}", problems[0].path, problems[0].message);
    insta::assert_snapshot!(told, @"/escalation/base-secs: unknown field `base-secs`, expected one of `base-seconds`, `factor`, `longest-seconds`, `jitter-percent`");
}

#[test]
fn values_that_make_no_sense_are_all_told_at_once_each_with_its_place() {
    let text = r#"{"escalation": {"base-seconds": 0, "factor": 0, "longest-seconds": 0, "jitter-percent": 51}}"#;
    let settings: Settings = settings::parse(text).unwrap();
    let problems = settings.escalation.problems(|setting| format!("/escalation/{setting}"));
    let told: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.message))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    /escalation/base-seconds: is 0; must be at least 1
    /escalation/factor: is 0; must be at least 1
    /escalation/longest-seconds: is 0, which is shorter than the first block; must be at least 1
    /escalation/jitter-percent: is 51; must be from 0 to 50
    ");
    assert_eq!(Escalation::default().problems(str::to_owned), []);
}
