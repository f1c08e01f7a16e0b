//! What an operator meets: whole decisions.

use quell_plugin::{
    Action, Alert, BlockPlace, Decision, Direction, End, Extension, FactError, Failure, History,
    testing::{self, FakeFacts, finding, instance, observation, request},
};

use crate::GuardDutyBlock;

const SSH: &str = "UnauthorizedAccess:EC2/SSHBruteForce";
const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";
const WEB: &str = "i-0abc1234def567890";

fn facts(remotes: &[&str]) -> FakeFacts {
    let web = instance(WEB, "subnet-0a1b2c3d", &["10.0.1.20", "192.0.2.20", "2001:db8:1::20"]);
    remotes
        .iter()
        .fold(FakeFacts::default().with_instance(web), |facts, remote| {
            let family = if remote.contains(':') {
                "ipAddressV6"
            } else {
                "ipAddressV4"
            };
            facts.with_observation(observation(&format!(
                r#"{{"remoteIpDetails": {{"{family}": "{remote}"}}}}"#
            )))
        })
}

fn attack(kind: &str, count: u64) -> Alert {
    Alert {
        extensions: vec![
            Extension::new("guardduty-resource-role", "TARGET"),
            Extension::new("guardduty-count", count.to_string()),
        ],
        ..finding(kind, WEB, "TARGET")
    }
}

fn decide(alert: Alert, settings: &str, facts: &FakeFacts) -> Result<Decision, Failure> {
    testing::decide::<GuardDutyBlock>(&request(alert, settings), facts)
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
                let (BlockPlace::Instance(place), End::Seconds(seconds)) = (&block.at, &remediation.until) else {
                    panic!("always at an instance, and never for good")
                };
                format!(
                    "{} at {place}, {seconds} s, {}%: {}\n",
                    block.prefix, remediation.confidence, remediation.reason
                )
            });
            lines.collect::<String>() + &proposal.notes.join("\n")
        }
    }
}

#[test]
fn who_guesses_passwords_is_blocked_at_the_instance() {
    insta::assert_snapshot!(told(attack(SSH, 118), "{}", &facts(&["203.0.113.7"])), @"203.0.113.7/32 at i-0abc1234def567890, 86732 s, 95%: 203.0.113.7 attacks i-0abc1234def567890: UnauthorizedAccess:EC2/SSHBruteForce, seen 118 times, finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671");
}

#[test]
fn everybody_who_probes_ports_is_blocked_but_nobody_of_our_own_side() {
    let facts = facts(&[
        "2001:db8:5ca::1",
        "203.0.113.88",
        "203.0.113.88",
        "10.0.1.20",
        "2001:db8:1::20",
        "somebody",
    ]);
    insta::assert_snapshot!(told(attack(PROBE, 43), "{}", &facts), @r"
    203.0.113.88/32 at i-0abc1234def567890, 94031 s, 95%: 203.0.113.88 attacks i-0abc1234def567890 on 2 ports: Recon:EC2/PortProbeUnprotectedPort, seen 43 times, finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671
    2001:db8:5ca::1/128 at i-0abc1234def567890, 84607 s, 95%: 2001:db8:5ca::1 attacks i-0abc1234def567890: Recon:EC2/PortProbeUnprotectedPort, seen 43 times, finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671
    10.0.1.20 is left out: it is of the finding's own side
    2001:db8:1::20 is left out: it is of the finding's own side
    observation 1: remoteIpDetails.ipAddressV4 `somebody` is not an address
    ");
}

#[test]
fn who_comes_back_is_blocked_for_longer() {
    let blocked_twice = History {
        holds: 2,
        ..History::default()
    };
    let facts = facts(&["203.0.113.7"]).with_history([203, 0, 113, 7].into(), blocked_twice);
    let settings = r#"{"block-seconds": 100, "jitter-percent": 0}"#;
    insta::assert_snapshot!(told(attack(SSH, 1), settings, &facts), @"203.0.113.7/32 at i-0abc1234def567890, 400 s, 55%: 203.0.113.7 attacks i-0abc1234def567890: UnauthorizedAccess:EC2/SSHBruteForce, seen once, finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671, blocked 2 times before");
}

#[test]
fn that_histories_can_not_be_had_is_no_reason_to_let_an_attacker_in() {
    let facts =
        facts(&["203.0.113.7"]).with_error("history", FactError::Unavailable("the journal is locked".to_owned()));
    insta::assert_snapshot!(told(attack(SSH, 1), r#"{"jitter-percent": 0}"#, &facts), @r"
    203.0.113.7/32 at i-0abc1234def567890, 86400 s, 55%: 203.0.113.7 attacks i-0abc1234def567890: UnauthorizedAccess:EC2/SSHBruteForce, seen once, finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671
    1 address is blocked only as long as the first time, because its history is not known: the journal is locked
    ");
}

#[test]
fn whom_our_own_instance_attacks_is_not_blocked() {
    let facts = facts(&["203.0.113.99"]);
    insta::assert_snapshot!(told(finding(SSH, WEB, "ACTOR"), "{}", &facts), @"nothing: finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 says that i-0abc1234def567890 attacks, not that it is attacked");
    assert_eq!(facts.asked(), [""; 0]);
}

#[test]
fn an_attack_from_our_own_side_alone_blocks_nobody() {
    insta::assert_snapshot!(told(attack(SSH, 1), "{}", &facts(&["10.0.1.20"])), @r"
    nothing: every attacker that finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 names is of its own side
    10.0.1.20 is left out: it is of the finding's own side
    ");
}

#[test]
fn a_finding_without_an_attacker_blocks_nobody() {
    insta::assert_snapshot!(told(attack(SSH, 1), "{}", &facts(&[])), @"nothing: finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 names no attacker");
}

#[test]
fn an_instance_that_is_gone_needs_no_block() {
    let facts =
        FakeFacts::default().with_observation(observation(r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.7"}}"#));
    insta::assert_snapshot!(told(attack(SSH, 1), "{}", &facts), @"nothing: no instance is known that finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 is about: there is no instance i-0abc1234def567890");
}

#[test]
fn that_aws_may_not_be_asked_is_a_failure_and_not_a_reason_to_do_nothing() {
    let facts =
        facts(&["203.0.113.7"]).with_error("instance", FactError::NotPermitted("ec2:DescribeInstances".to_owned()));
    let failure = decide(attack(SSH, 1), "{}", &facts).unwrap_err();
    assert_eq!(
        failure,
        Failure::Facts("not permitted: ec2:DescribeInstances".to_owned())
    );
}

#[test]
fn a_crowd_is_cut_at_max_blocks_and_everybody_else_is_named() {
    let facts = facts(&["203.0.113.1", "203.0.113.2", "203.0.113.3"]);
    let told = told(attack(PROBE, 1), r#"{"max-blocks": 1}"#, &facts);
    assert!(
        told.ends_with("203.0.113.2 is left out: max-blocks is 1\n203.0.113.3 is left out: max-blocks is 1"),
        "{told}"
    );
}

#[test]
fn settings_say_how_long_and_which_way() {
    let settings = r#"{"block-seconds": 60, "jitter-percent": 0, "direction": "both"}"#;
    let decision = decide(attack(SSH, 1), settings, &facts(&["203.0.113.7"])).unwrap();
    let Decision::Remediate(proposal) = decision else {
        panic!("{decision:?}")
    };
    assert_eq!(proposal.remediations[0].until, End::Seconds(60));
    assert!(matches!(&proposal.remediations[0].action, Action::Block(block) if block.direction == Direction::Both));
}
