//! The alert, and the facts about it: an instance that five addresses try to log in to.

use std::sync::Arc;

use jiff::Timestamp;
use quell::{
    alert::{Alert, Detector, Place, Source},
    cloud::{Instance, Interface},
    decision::Decision,
    fact::{Answer, History, Observation, Question, RecordedFacts},
    sandbox::Request,
};

/// Who attacks.
pub(crate) const OFFENDERS: [&str; 5] = [
    "198.51.100.7",
    "198.51.100.23",
    "203.0.113.5",
    "203.0.113.80",
    "203.0.113.199",
];

const INSTANCE: &str = "i-0a1b2c3d4e5f60718";

pub(crate) fn request() -> Request {
    let alert = Alert {
        id: "6125".to_owned(),
        detector: Detector::StealthwatchCloud,
        kind: "Excessive Access Attempts (External)".to_owned(),
        title: format!("Excessive Access Attempts (External) on {INSTANCE}"),
        description: "Device has many failed access attempts from an external source.".to_owned(),
        severity: None,
        time: None,
        test: false,
        resolved: false,
        source: Source {
            name: INSTANCE.to_owned(),
            addresses: vec!["192.0.2.20".parse().unwrap()],
            host_names: Vec::new(),
        },
        place: Place {
            account: Some("123456789012".to_owned()),
            region: Some("eu-west-1".to_owned()),
            vpc: Some("vpc-0a1b2c3d".to_owned()),
        },
        // As long as a real one.
        extensions: Default::default(),
        raw: format!("{{\"padding\": \"{}\"}}", "x".repeat(2000)),
    };
    Request {
        alert: Arc::new(alert),
        settings: "{}".to_owned(),
        now: Timestamp::UNIX_EPOCH,
    }
}

pub(crate) fn facts() -> RecordedFacts {
    let instance = Question::Instance(INSTANCE.to_owned());
    let asked_once = [
        (Question::Observations, Ok(Answer::Observations(observations()))),
        (instance, Ok(Answer::Instance(self::instance()))),
    ];
    // None of them was blocked before.
    let histories = OFFENDERS.map(|offender| {
        let question = Question::History(offender.to_owned());
        (question, Ok(Answer::History(History::default())))
    });
    RecordedFacts::new(asked_once.into_iter().chain(histories)).unwrap()
}

pub(crate) fn observations() -> Vec<Observation> {
    OFFENDERS
        .into_iter()
        .enumerate()
        .map(|(index, offender)| Observation {
            id: index.to_string(),
            kind: "Multiple Access Failures".to_owned(),
            time: None,
            raw: format!(
                r#"{{"id": {index}, "observation_name": "Multiple Access Failures", "source": 17, "creation_time":
                "2019-01-05T07:40:00Z", "end_time": "2019-01-05T07:50:00Z", "connected_ip": "{offender}", "failed_attempts":
                {}, "profile": "SSHServer", "resource_name": "multiple_access_failures_v1"}}"#,
                100 - index
            ),
        })
        .collect()
}

pub(crate) fn instance() -> Instance {
    Instance {
        id: INSTANCE.parse().unwrap(),
        state: "running".to_owned(),
        vpc: Some("vpc-0a1b2c3d".parse().unwrap()),
        host_names: vec!["ip-10-0-1-20.eu-west-1.compute.internal".to_owned()],
        interfaces: vec![Interface {
            id: "eni-0a1b2c3d".parse().unwrap(),
            subnet: "subnet-0a1b2c3d".parse().unwrap(),
            vpc: "vpc-0a1b2c3d".parse().unwrap(),
            addresses: vec!["10.0.1.20".parse().unwrap(), "192.0.2.20".parse().unwrap()],
            security_groups: vec!["sg-0a1b2c3d".parse().unwrap()],
        }],
        tags: Vec::new(),
    }
}

/// That the offenders are blocked, in this order.
pub(crate) fn check(decision: &Decision) {
    let Decision::Remediate(proposal) = decision else {
        panic!("{decision:?}")
    };
    let actions = proposal
        .remediations
        .iter()
        .map(|remediation| remediation.action.to_string());
    let expected = OFFENDERS.map(|offender| format!("block {offender}/32 ingress at instance {INSTANCE}"));
    assert!(actions.eq(expected), "{decision:#?}");
}
