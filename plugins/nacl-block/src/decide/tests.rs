//! What an operator meets: whole decisions.

use quell_plugin::{
    Action, Alert, BlockPlace, Decision, Direction, End, FactError, Failure, History,
    testing::{self, FakeFacts, alert, instance, observation, request},
};
use rstest::rstest;

use crate::NaclBlock;

const ACCESS: &str = "Excessive Access Attempts (External)";
const SCAN: &str = "Inbound Port Scanner";
const WEB: &str = "i-0abc1234def567890";

fn facts(observations: &[&str]) -> FakeFacts {
    let web = instance(WEB, "subnet-0a1b2c3d", &["10.0.1.20", "192.0.2.20", "2001:db8:1::20"]);
    observations
        .iter()
        .fold(FakeFacts::default().with_instance(web), |facts, raw| {
            facts.with_observation(observation(raw))
        })
}

fn decide(alert: Alert, settings: &str, facts: &FakeFacts) -> Result<Decision, Failure> {
    testing::decide::<NaclBlock>(&request(alert, settings), facts)
}

/// The decision as lines: what an operator would read.
fn told(alert: Alert, settings: &str, facts: &FakeFacts) -> String {
    match decide(alert, settings, facts).unwrap() {
        Decision::Nothing(nothing) => format!("nothing: {}\n{}", nothing.reason, nothing.notes.join("\n")),
        Decision::Remediate(proposal) => {
            let lines = proposal.remediations.iter().map(|remediation| {
                let Action::Block(block) = &remediation.action else {
                    panic!("only blocks are asked for")
                };
                let BlockPlace::Instance(place) = &block.at else {
                    panic!("always at an instance")
                };
                format!(
                    "{} at {place}, {}%: {}\n",
                    block.prefix, remediation.confidence, remediation.reason
                )
            });
            lines.collect::<String>() + &proposal.notes.join("\n")
        }
    }
}

#[test]
fn attackers_are_blocked_worst_first_and_everybody_else_is_accounted_for() {
    let facts = facts(&[
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 40}"#,
        r#"{"connected_ip": "2001:db8:bad::7", "failed_attempts": 480}"#,
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 15}"#,
        r#"{"connected_ip": "10.99.0.4", "failed_attempts": 11}"#,
        r#"{"connected_ip": null, "failed_attempts": 900}"#,
        r#"{"connected_ip": "198.51.100.1", "failed_attempts": 9}"#,
        r#"{"connected_ip": "192.0.2.20", "failed_attempts": 500}"#,
        r#"{"connected_ip": "somebody", "failed_attempts": 500}"#,
    ]);
    insta::assert_snapshot!(told(alert(ACCESS, WEB), "{}", &facts), @"
    2001:db8:bad::7/128 at i-0abc1234def567890, 90%: 2001:db8:bad::7 made 480 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External)
    203.0.113.7/32 at i-0abc1234def567890, 70%: 203.0.113.7 made 55 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External)
    10.99.0.4/32 at i-0abc1234def567890, 50%: 10.99.0.4 made 11 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External)
    198.51.100.1 is left out: 9 failed attempts, fewer than 10
    192.0.2.20 is left out: it is of the alert's own side
    observation 1: connected_ip `somebody` is not an address
    ");
}

#[test]
fn a_scan_of_the_network_is_stopped_at_each_instance_that_was_scanned() {
    let facts = facts(&[
        r#"{"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.1.20"}"#,
        r#"{"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.2.20"}"#,
        r#"{"scanner_ip": "198.51.100.10", "scanned_ip": "10.0.3.20"}"#,
    ])
    .with_instance(instance("i-0db", "subnet-b", &["10.0.2.20"]));
    insta::assert_snapshot!(told(alert(SCAN, "Network"), "{}", &facts), @"
    198.51.100.9/32 at i-0abc1234def567890, 50%: 198.51.100.9 is the remote side of 2 observations of Network (i-0abc1234def567890): alert 6125, Inbound Port Scanner
    198.51.100.9/32 at i-0db, 50%: 198.51.100.9 is the remote side of 2 observations of Network (i-0db): alert 6125, Inbound Port Scanner
    198.51.100.10 is left out: no instance is known that it attacked
    ");
}

#[test]
fn settings_say_how_long_and_which_way() {
    let facts = facts(&[r#"{"scanner_ip": "198.51.100.9"}"#]);
    let decision = decide(
        alert(SCAN, WEB),
        r#"{"block-seconds": 60, "jitter-percent": 0, "direction": "both"}"#,
        &facts,
    )
    .unwrap();
    let Decision::Remediate(proposal) = decision else {
        panic!("{decision:?}")
    };
    assert_eq!(proposal.remediations[0].until, End::Seconds(60));
    assert!(matches!(&proposal.remediations[0].action, Action::Block(block) if block.direction == Direction::Both));
}

/// A history of so many blocks, the newest of them still in force if so many are.
fn blocked(holds: u32, in_force: u32) -> History {
    History {
        holds,
        in_force,
        ..History::default()
    }
}

/// For how many seconds each block of a decision lasts.
fn seconds(decision: &Decision) -> Vec<u64> {
    let Decision::Remediate(proposal) = decision else {
        panic!("{decision:?}")
    };
    let seconds = |until: &End| match until {
        End::Seconds(seconds) => *seconds,
        End::Released => panic!("every block has an end"),
    };
    proposal
        .remediations
        .iter()
        .map(|remediation| seconds(&remediation.until))
        .collect()
}

#[test]
fn who_comes_back_is_blocked_for_longer_each_time_and_the_reason_says_so() {
    let facts = facts(&[
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 90}"#,
        r#"{"connected_ip": "203.0.113.8", "failed_attempts": 80}"#,
        r#"{"connected_ip": "203.0.113.9", "failed_attempts": 70}"#,
        r#"{"connected_ip": "203.0.113.10", "failed_attempts": 60}"#,
    ])
    .with_history([203, 0, 113, 8].into(), blocked(1, 0))
    .with_history([203, 0, 113, 9].into(), blocked(2, 0))
    .with_history([203, 0, 113, 10].into(), blocked(50, 0));
    let settings = r#"{"jitter-percent": 0}"#;
    let decision = decide(alert(ACCESS, WEB), settings, &facts).unwrap();
    assert_eq!(seconds(&decision), [86_400, 172_800, 345_600, 604_800]);
    insta::assert_snapshot!(told(alert(ACCESS, WEB), settings, &facts), @"
    203.0.113.7/32 at i-0abc1234def567890, 80%: 203.0.113.7 made 90 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External)
    203.0.113.8/32 at i-0abc1234def567890, 80%: 203.0.113.8 made 80 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External), blocked once before
    203.0.113.9/32 at i-0abc1234def567890, 70%: 203.0.113.9 made 70 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External), blocked 2 times before
    203.0.113.10/32 at i-0abc1234def567890, 70%: 203.0.113.10 made 60 failed attempts to access i-0abc1234def567890: alert 6125, Excessive Access Attempts (External), blocked 50 times before
    ");
}

#[test]
fn an_alert_that_is_sent_again_while_the_block_is_in_force_does_not_make_it_longer() {
    let facts = facts(&[r#"{"connected_ip": "203.0.113.7", "failed_attempts": 90}"#])
        .with_history([203, 0, 113, 7].into(), blocked(1, 1));
    let decision = decide(alert(ACCESS, WEB), r#"{"jitter-percent": 0}"#, &facts).unwrap();
    assert_eq!(seconds(&decision), [86_400]);
}

#[test]
fn the_blocks_of_one_attack_end_one_after_the_other_but_those_of_one_address_together() {
    let facts = facts(&[
        r#"{"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.1.20"}"#,
        r#"{"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.2.20"}"#,
        r#"{"scanner_ip": "198.51.100.10", "scanned_ip": "10.0.1.20"}"#,
    ])
    .with_instance(instance("i-0db", "subnet-b", &["10.0.2.20"]));
    let decision = decide(alert(SCAN, "Network"), "{}", &facts).unwrap();
    let seconds = seconds(&decision);
    assert_eq!(seconds[0], seconds[1]);
    assert_ne!(seconds[0], seconds[2]);
    assert_eq!(decide(alert(SCAN, "Network"), "{}", &facts), Ok(decision));
}

#[test]
fn only_the_history_of_who_is_blocked_is_asked_for_and_last_of_all() {
    let facts = facts(&[
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 90}"#,
        r#"{"connected_ip": "203.0.113.8", "failed_attempts": 80}"#,
        r#"{"connected_ip": "203.0.113.9", "failed_attempts": 1}"#,
        r#"{"connected_ip": "10.0.1.20", "failed_attempts": 80}"#,
    ]);
    decide(alert(ACCESS, WEB), r#"{"max-blocks": 1}"#, &facts).unwrap();
    assert_eq!(
        facts.asked(),
        ["observations", &format!("instance {WEB}"), "history 203.0.113.7"]
    );
}

#[rstest]
#[case(FactError::NotKnown("no history was recorded".to_owned()))]
#[case(FactError::NotPermitted("the plugin may not ask for history".to_owned()))]
#[case(FactError::Unavailable("the journal is locked".to_owned()))]
#[case(FactError::Other("the host is at fault".to_owned()))]
fn a_history_that_could_not_be_had_does_not_keep_the_door_open(#[case] error: FactError) {
    let note = format!(
        "1 address is blocked only as long as the first time, because its history is not known: {}",
        error.message()
    );
    let facts = facts(&[r#"{"connected_ip": "203.0.113.7", "failed_attempts": 90}"#]).with_error("history", error);
    let decision = decide(alert(ACCESS, WEB), r#"{"jitter-percent": 0}"#, &facts).unwrap();
    assert_eq!(seconds(&decision), [86_400]);
    assert!(matches!(decision, Decision::Remediate(proposal) if proposal.notes == [note]));
}

#[test]
fn a_flood_of_offenders_is_cut_to_the_worst_instead_of_being_refused_as_a_whole() {
    let raw: Vec<_> = (0..50)
        .map(|it| {
            format!(
                r#"{{"connected_ip": "203.0.113.{it}", "failed_attempts": {}}}"#,
                100 + it
            )
        })
        .collect();
    let facts = facts(&raw.iter().map(String::as_str).collect::<Vec<_>>());
    let decision = decide(alert(ACCESS, WEB), r#"{"max-blocks": 2}"#, &facts).unwrap();
    let Decision::Remediate(proposal) = decision else {
        panic!("{decision:?}")
    };
    assert_eq!(proposal.remediations.len(), 2);
    assert!(
        proposal.remediations[0]
            .reason
            .starts_with("203.0.113.49 made 149 failed")
    );
    assert_eq!(proposal.notes[0], "203.0.113.47 is left out: max-blocks is 2");
}

#[rstest]
#[case::a_test(Alert { test: true, ..alert(ACCESS, WEB) }, "alert 6125 is a test")]
#[case::a_resolved_alert(Alert { resolved: true, ..alert(ACCESS, WEB) }, "alert 6125 is resolved")]
#[case::another_type(
    alert("New Internal Device", WEB),
    "alert 6125 is of type `New Internal Device`, which is not among the alert-types in the settings"
)]
fn what_is_out_of_scope_is_declined_before_anything_is_asked(#[case] alert: Alert, #[case] reason: &str) {
    let facts = facts(&[r#"{"connected_ip": "203.0.113.7", "failed_attempts": 40}"#]);
    assert_eq!(decide(alert, "{}", &facts), Ok(Decision::nothing(reason)));
    assert_eq!(facts.asked(), [""; 0]);
}

#[test]
fn nothing_is_done_without_an_offender_and_the_answer_says_why() {
    let told = |observations: &[&str]| told(alert(ACCESS, WEB), "{}", &facts(observations));
    insta::assert_snapshot!(told(&[]), @"nothing: none of the 0 observations of alert 6125 names a remote address");
    insta::assert_snapshot!(told(&[r#"{"connected_ip": null}"#, r#"{"scanned_ip": "10.0.1.20"}"#]), @"nothing: none of the 2 observations of alert 6125 names a remote address");
    insta::assert_snapshot!(
        told(&[r#"{"connected_ip": "203.0.113.7", "failed_attempts": 9}"#, r#"{"remote_ip": "2001:db8:1::20"}"#]),
        @"
    nothing: no remote address of alert 6125 is to be blocked: 1 with fewer than 10 failed attempts, 1 of the alert's own side
    203.0.113.7 is left out: 9 failed attempts, fewer than 10
    2001:db8:1::20 is left out: it is of the alert's own side
    "
    );
}

#[test]
fn an_address_of_the_instance_that_the_alert_does_not_name_is_of_the_own_side_too() {
    let told = told(
        alert(ACCESS, WEB),
        "{}",
        &facts(&[r#"{"remote_ip": "2001:db8:1::20"}"#]),
    );
    insta::assert_snapshot!(told, @"
    nothing: no remote address of alert 6125 is to be blocked: 1 of the alert's own side
    2001:db8:1::20 is left out: it is of the alert's own side
    ");
}

#[test]
fn an_instance_that_nobody_knows_is_declined_with_what_the_host_said() {
    let facts = FakeFacts::default().with_observation(observation(r#"{"scanner_ip": "203.0.113.7"}"#));
    insta::assert_snapshot!(told(alert(SCAN, "office-firewall"), "{}", &facts), @"
    nothing: no instance is known that alert 6125 is about: there is no instance office-firewall
    203.0.113.7 is left out: no instance is known that it attacked
    ");
    insta::assert_snapshot!(told(alert(SCAN, "Network"), "{}", &facts), @"
    nothing: no instance is known that alert 6125 is about: neither the alert nor its observations name one
    203.0.113.7 is left out: no instance is known that it attacked
    ");
}

#[test]
fn observations_that_nobody_knows_are_declined() {
    let unknown = FactError::NotKnown("alert 6125 has no observations at Stealthwatch Cloud".to_owned());
    let facts = facts(&[]).with_error("observations", unknown);
    insta::assert_snapshot!(told(alert(SCAN, WEB), "{}", &facts), @"nothing: alert 6125 has no observations at Stealthwatch Cloud");
}

#[rstest]
#[case("observations", FactError::Unavailable("timed out".to_owned()), "unavailable: timed out")]
#[case("instance", FactError::NotPermitted("ec2:DescribeInstances".to_owned()), "not permitted: ec2:DescribeInstances")]
fn a_fact_that_could_not_be_had_is_a_failure_so_that_the_alert_is_tried_again(
    #[case] fact: &str,
    #[case] error: FactError,
    #[case] message: &str,
) {
    let facts = facts(&[r#"{"scanner_ip": "203.0.113.7"}"#]).with_error(fact, error);
    assert_eq!(
        decide(alert(SCAN, WEB), "{}", &facts),
        Err(Failure::Facts(message.to_owned()))
    );
}
