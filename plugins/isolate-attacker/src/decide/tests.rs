//! What an operator meets: whole decisions.

use quell_plugin::{
    Action, Alert, Decision, End, Extension, FactError, Failure, Instance, Observation, Tag,
    testing::{self, FakeFacts, alert, finding, instance, observation, request},
};

use crate::IsolateAttacker;

const WEB: &str = "i-0abc1234def567890";

fn web() -> Instance {
    instance(WEB, "subnet-0a1b2c3d", &["10.0.1.20"])
}

fn tagged(key: &str, value: &str) -> Instance {
    Instance {
        tags: vec![Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        }],
        ..web()
    }
}

fn attack() -> Alert {
    Alert {
        severity: Some(80),
        ..finding("UnauthorizedAccess:EC2/SSHBruteForce", WEB, "ACTOR")
    }
}

fn decide(alert: Alert, settings: &str, facts: &FakeFacts) -> Result<Decision, Failure> {
    testing::decide::<IsolateAttacker>(&request(alert, settings), facts)
}

/// The decision as lines: what an operator would read.
fn told(alert: Alert, settings: &str, facts: FakeFacts) -> String {
    let (proposal, mut lines) = match decide(alert, settings, &facts).unwrap() {
        Decision::Nothing(nothing) => (Vec::new(), vec![format!("nothing: {}", nothing.reason)]),
        Decision::Remediate(proposal) => (proposal.remediations, proposal.notes),
    };
    for remediation in &proposal {
        let what = match &remediation.action {
            Action::Isolate(isolate) => {
                let extensions: Vec<_> = isolate
                    .extensions
                    .iter()
                    .map(|it| format!(" {}={}", it.name, it.value))
                    .collect();
                format!(
                    "isolate {} {:?}{}",
                    isolate.instance,
                    isolate.security_groups,
                    extensions.concat()
                )
            }
            Action::Block(block) => format!("block {} {:?} {:?}", block.prefix, block.direction, block.at),
            other => panic!("{other:?}"),
        };
        let End::Seconds(seconds) = remediation.until else {
            panic!("{remediation:?}")
        };
        lines.push(format!(
            "{what}, {seconds} s, {}%: {}",
            remediation.confidence, remediation.reason
        ));
    }
    lines.join("\n")
}

fn knowing(instance: Instance) -> FakeFacts {
    FakeFacts::default().with_instance(instance)
}

fn connection(direction: &str, remote: &str) -> Observation {
    observation(&format!(
        r#"{{"connectionDirection": "{direction}", "localIpDetails": {{"ipAddressV4": "10.0.1.20"}}, "remoteIpDetails": {{"ipAddressV4": "{remote}"}}}}"#
    ))
}

#[test]
fn an_instance_that_guesses_passwords_elsewhere_is_isolated_for_a_day() {
    insta::assert_snapshot!(told(attack(), "{}", knowing(web())), @"isolate i-0abc1234def567890 [], 86400 s, 80%: i-0abc1234def567890 acts for an attacker: UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671");
}

#[test]
fn a_neighbour_that_scans_the_network_is_isolated_if_the_settings_name_the_type() {
    let scan = Alert {
        severity: Some(75),
        ..alert("Internal Port Scanner", WEB)
    };
    let settings = r#"{"alert-types": ["Internal Port Scanner"], "isolate-seconds": 600, "security-groups": ["sg-0123456789abcdef0"]}"#;
    insta::assert_snapshot!(told(scan, settings, knowing(web())), @r#"isolate i-0abc1234def567890 ["sg-0123456789abcdef0"], 600 s, 75%: i-0abc1234def567890 acts for an attacker: Internal Port Scanner, alert 6125"#);
}

#[test]
fn an_instance_that_its_owner_protects_by_a_tag_is_never_isolated() {
    insta::assert_snapshot!(told(attack(), "{}", knowing(tagged("quell:never-isolate", ""))), @"nothing: i-0abc1234def567890 is not isolated: its tag quell:never-isolate protects it (UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671)");
}

#[test]
fn an_instance_that_auto_scaling_would_only_replace_is_spared_if_asked() {
    let member = || knowing(tagged("aws:autoscaling:groupName", "web"));
    insta::assert_snapshot!(told(attack(), r#"{"spare-auto-scaling": true}"#, member()), @"nothing: i-0abc1234def567890 is not isolated: it is of the Auto Scaling group web, and spare-auto-scaling is set (UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671)");
    assert!(told(attack(), "{}", member()).starts_with("isolate"));
}

#[test]
fn an_instance_that_is_attacked_is_not_isolated() {
    let attacked = Alert {
        severity: Some(80),
        ..finding("UnauthorizedAccess:EC2/SSHBruteForce", WEB, "TARGET")
    };
    insta::assert_snapshot!(told(attacked, "{}", knowing(web())), @"nothing: alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 says that i-0abc1234def567890 is attacked, not that it attacks, and there are no block-types in the settings");
}

#[test]
fn whom_an_isolated_instance_talks_to_is_told_so_that_its_flows_can_be_denied() {
    let facts = knowing(web())
        .with_observation(connection("OUTBOUND", "203.0.113.99"))
        .with_observation(connection("OUTBOUND", "10.0.1.20"));
    insta::assert_snapshot!(told(attack(), "{}", facts), @r"
    10.0.1.20 is left out: it is of the alert's own side
    isolate i-0abc1234def567890 [] remotes=203.0.113.99/32, 86400 s, 80%: i-0abc1234def567890 acts for an attacker: UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671
    ");
}

#[test]
fn an_instance_is_isolated_also_if_nobody_knows_whom_it_talks_to() {
    let facts = knowing(web()).with_error(
        "observations",
        FactError::NotPermitted("no API is configured".to_owned()),
    );
    insta::assert_snapshot!(told(attack(), "{}", facts), @r"
    whom i-0abc1234def567890 talks to is not known: no API is configured
    isolate i-0abc1234def567890 [], 86400 s, 80%: i-0abc1234def567890 acts for an attacker: UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671
    ");
}

#[test]
fn an_instance_that_looks_up_the_name_of_a_control_server_is_isolated_whatever_its_role() {
    for role in ["ACTOR", "TARGET"] {
        let mut lookup = Alert {
            severity: Some(80),
            ..finding("Backdoor:EC2/C&CActivity.B!DNS", WEB, role)
        };
        lookup
            .extensions
            .push(Extension::new("guardduty-action", "DNS_REQUEST"));
        let seen = observation(r#"{"domain": "c2.example.net", "protocol": "UDP"}"#);
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(lookup, "{}", knowing(web()).with_observation(seen)), @"isolate i-0abc1234def567890 [], 86400 s, 80%: i-0abc1234def567890 acts for an attacker: Backdoor:EC2/C&CActivity.B!DNS, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671");
        }
    }
}

const BLOCKING: &str = r#"{"block-types": ["UnauthorizedAccess:EC2/SSHBruteForce"], "block-seconds": 600}"#;

fn attacked() -> Alert {
    Alert {
        severity: Some(20),
        ..finding("UnauthorizedAccess:EC2/SSHBruteForce", WEB, "TARGET")
    }
}

#[test]
fn who_attacks_an_instance_is_blocked_and_the_instance_is_left_alone_if_the_settings_say_so() {
    let facts = knowing(tagged("quell:never-isolate", ""))
        .with_observation(connection("INBOUND", "203.0.113.7"))
        .with_observation(connection("INBOUND", "10.0.1.20"));
    insta::assert_snapshot!(told(attacked(), BLOCKING, facts), @r#"
    10.0.1.20 is left out: it is of the alert's own side
    block 203.0.113.7/32 Direction::Ingress BlockPlace::Instance("i-0abc1234def567890"), 600 s, 52%: 203.0.113.7 attacks i-0abc1234def567890: UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671
    "#);
}

#[test]
fn who_only_answered_our_own_connection_is_not_blocked() {
    let facts = knowing(web()).with_observation(connection("OUTBOUND", "203.0.113.7"));
    insta::assert_snapshot!(told(attacked(), BLOCKING, facts), @"nothing: alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 names nobody who attacks i-0abc1234def567890 from outside");
}

#[test]
fn an_attacker_that_can_not_be_found_out_is_a_failure_to_be_tried_again() {
    let facts = knowing(web()).with_error("observations", FactError::Unavailable("it timed out".to_owned()));
    let failure = decide(attacked(), BLOCKING, &facts).unwrap_err();
    assert_eq!(failure, Failure::Facts("unavailable: it timed out".to_owned()));
}

#[test]
fn tags_that_can_not_be_read_do_not_count_as_no_tags() {
    let facts = FakeFacts::default().with_error("instance", FactError::Unavailable("EC2 is busy".to_owned()));
    let failure = decide(attack(), "{}", &facts).unwrap_err();
    assert_eq!(failure, Failure::Facts("unavailable: EC2 is busy".to_owned()));
}

#[test]
fn an_instance_that_is_gone_needs_no_isolation() {
    let decision = decide(attack(), "{}", &FakeFacts::default()).unwrap();
    assert!(matches!(decision, Decision::Nothing(nothing) if nothing.reason.contains("no instance is known")));
}

#[test]
fn nothing_is_asked_about_alerts_that_are_none_of_its_business() {
    let facts = FakeFacts::default().with_instance(web());
    decide(alert("Inbound Port Scanner", WEB), "{}", &facts).unwrap();
    assert_eq!(facts.asked(), [""; 0]);
}
