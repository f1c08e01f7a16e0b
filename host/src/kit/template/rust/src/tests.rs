//! The plugin, called as the host calls it, with facts that are given here.

use quell_plugin::{
    Action, Decision, Failure,
    testing::{self, FakeFacts, alert, instance, observation, request},
};

use super::MyPlugin;

const WEB: &str = "i-0a1b2c3d4e5f60718";

/// An instance that was attacked like this.
fn facts(observations: &[&str]) -> FakeFacts {
    let known = FakeFacts::default().with_instance(instance(WEB, "subnet-0a1b2c3d", &["10.0.1.20"]));
    let observations = observations.iter().map(|raw| observation(raw));
    observations.fold(known, FakeFacts::with_observation)
}

fn decide(settings: &str, facts: &FakeFacts) -> Result<Decision, Failure> {
    let alert = alert("Excessive Access Attempts (External)", WEB);
    testing::decide::<MyPlugin>(&request(alert, settings), facts)
}

/// The prefixes that a decision blocks.
fn blocked(decision: Decision) -> Vec<String> {
    let Decision::Remediate(proposal) = decision else { return Vec::new() };
    let prefix = |action| match action {
        Action::Block(block) => block.prefix,
        other => panic!("{other:?}"),
    };
    proposal.remediations.into_iter().map(|it| prefix(it.action)).collect()
}

#[test]
fn who_tried_often_enough_in_all_is_blocked_and_nobody_else() {
    let facts = facts(&[
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 6}"#,
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 4}"#,
        r#"{"connected_ip": "198.51.100.9", "failed_attempts": 9}"#,
        r#"{"connected_ip": "nobody", "failed_attempts": 900}"#,
    ]);
    assert_eq!(blocked(decide("{}", &facts).unwrap()), ["203.0.113.7/32"]);
}

#[test]
fn settings_say_how_often_is_too_often() {
    let facts = facts(&[r#"{"connected_ip": "203.0.113.7", "failed_attempts": 6}"#]);
    assert_eq!(blocked(decide(r#"{"attempts": 6}"#, &facts).unwrap()), ["203.0.113.7/32"]);
    let declined = Decision::nothing("of 1 remote addresses of alert 6125 none tried 10 times");
    assert_eq!(decide("{}", &facts), Ok(declined));
}

#[test]
fn an_instance_that_is_not_known_fails_the_decision() {
    let attack = observation(r#"{"connected_ip": "203.0.113.7", "failed_attempts": 60}"#);
    let failed = decide("{}", &FakeFacts::default().with_observation(attack));
    assert!(matches!(failed, Err(Failure::Facts(_))), "{failed:?}");
}

#[test]
fn wrong_settings_are_told_with_their_names() {
    let problems = testing::validate_settings::<MyPlugin>(r#"{"attempts": 0, "block-secs": 5}"#).unwrap_err();
    assert_eq!(problems[0].path, "/block-secs");
    let problems = testing::validate_settings::<MyPlugin>(r#"{"attempts": 0}"#).unwrap_err();
    assert_eq!(problems[0].path, "/attempts");
}
