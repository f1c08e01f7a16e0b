//! What an operator meets: whole decisions.

use quell_plugin::{
    Action, Alert, Decision, End, FactError, Failure, Instance, Tag,
    testing::{self, FakeFacts, alert, finding, instance, request},
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

/// The decision as a line: what an operator would read.
fn told(alert: Alert, settings: &str, instance: Instance) -> String {
    match decide(alert, settings, &FakeFacts::default().with_instance(instance)).unwrap() {
        Decision::Nothing(nothing) => format!("nothing: {}", nothing.reason),
        Decision::Remediate(proposal) => {
            let [remediation] = proposal.remediations.as_slice() else {
                panic!("{proposal:?}")
            };
            let (Action::Isolate(isolate), End::Seconds(seconds)) = (&remediation.action, &remediation.until) else {
                panic!("{remediation:?}")
            };
            format!(
                "isolate {} {:?}, {seconds} s, {}%: {}",
                isolate.instance, isolate.security_groups, remediation.confidence, remediation.reason
            )
        }
    }
}

#[test]
fn an_instance_that_guesses_passwords_elsewhere_is_isolated_for_a_day() {
    insta::assert_snapshot!(told(attack(), "{}", web()), @"isolate i-0abc1234def567890 [], 86400 s, 80%: i-0abc1234def567890 acts for an attacker: UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671");
}

#[test]
fn a_neighbour_that_scans_the_network_is_isolated_if_the_settings_name_the_type() {
    let scan = Alert {
        severity: Some(75),
        ..alert("Internal Port Scanner", WEB)
    };
    let settings = r#"{"alert-types": ["Internal Port Scanner"], "isolate-seconds": 600, "security-groups": ["sg-0123456789abcdef0"]}"#;
    insta::assert_snapshot!(told(scan, settings, web()), @r#"isolate i-0abc1234def567890 ["sg-0123456789abcdef0"], 600 s, 75%: i-0abc1234def567890 acts for an attacker: Internal Port Scanner, alert 6125"#);
}

#[test]
fn an_instance_that_its_owner_protects_by_a_tag_is_never_isolated() {
    insta::assert_snapshot!(told(attack(), "{}", tagged("quell:never-isolate", "")), @"nothing: i-0abc1234def567890 is not isolated: its tag quell:never-isolate protects it (UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671)");
}

#[test]
fn an_instance_that_auto_scaling_would_only_replace_is_spared_if_asked() {
    let member = || tagged("aws:autoscaling:groupName", "web");
    insta::assert_snapshot!(told(attack(), r#"{"spare-auto-scaling": true}"#, member()), @"nothing: i-0abc1234def567890 is not isolated: it is of the Auto Scaling group web, and spare-auto-scaling is set (UnauthorizedAccess:EC2/SSHBruteForce, alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671)");
    assert!(told(attack(), "{}", member()).starts_with("isolate"));
}

#[test]
fn an_instance_that_is_attacked_is_not_isolated() {
    let attacked = Alert {
        severity: Some(80),
        ..finding("UnauthorizedAccess:EC2/SSHBruteForce", WEB, "TARGET")
    };
    insta::assert_snapshot!(told(attacked, "{}", web()), @"nothing: alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 says that i-0abc1234def567890 is attacked, not that it attacks");
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
