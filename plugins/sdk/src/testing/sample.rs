//! Alerts, instances and observations with the fewest words.

use crate::{Alert, AlertSource, Extension, Instance, Instant, NetworkInterface, Observation, Request};

/// The time in [`request`]: 2026-01-15T12:00:00Z.
pub const NOW: Instant = 1_768_478_400_000;

/// An alert of Stealthwatch Cloud, id `6125`, of this kind and about this device, with nothing else known. Change what the test is about.
///
/// ```
/// let mut alert = quell_plugin::testing::alert("Inbound Port Scanner", "i-0a1b2c3d4e5f60718");
/// alert.resolved = true;
/// ```
pub fn alert(kind: &str, source: &str) -> Alert {
    Alert {
        id: "6125".to_owned(),
        detector: "stealthwatch-cloud".to_owned(),
        kind: kind.to_owned(),
        title: format!("{kind} on {source}"),
        description: String::new(),
        severity: None,
        time: None,
        test: false,
        resolved: false,
        source: AlertSource {
            name: source.to_owned(),
            addresses: Vec::new(),
            host_names: Vec::new(),
        },
        account: None,
        region: None,
        vpc: None,
        raw: "{}".to_owned(),
        extensions: Vec::new(),
    }
}

/// A finding of GuardDuty of this kind, about this instance, seen once: `TARGET` if the instance is attacked, `ACTOR` if it attacks.
///
/// ```
/// use quell_plugin::testing::finding;
///
/// let alert = finding("UnauthorizedAccess:EC2/SSHBruteForce", "i-0a1b2c3d4e5f60718", "TARGET");
/// assert_eq!(alert.extension("guardduty-resource-role"), Some("TARGET"));
/// assert_eq!(alert.extension("guardduty-count"), Some("1"));
/// ```
pub fn finding(kind: &str, instance: &str, role: &str) -> Alert {
    let extensions = [("guardduty-resource-role", role), ("guardduty-count", "1")];
    Alert {
        id: "2ac9d1f06f6a4b58a7b1c52dd0e3f671".to_owned(),
        detector: "guardduty".to_owned(),
        severity: Some(50),
        extensions: extensions.map(|(name, value)| Extension::new(name, value)).into(),
        ..alert(kind, instance)
    }
}

/// A request to decide on an alert at [`NOW`], with settings as the text of a JSON object.
///
/// ```
/// use quell_plugin::testing::{alert, request};
///
/// let request = request(alert("Inbound Port Scanner", "Network"), r#"{"block-seconds": 600}"#);
/// assert_eq!(request.settings, r#"{"block-seconds": 600}"#);
/// ```
pub fn request(alert: Alert, settings: &str) -> Request {
    Request {
        alert,
        settings: settings.to_owned(),
        now: NOW,
        extensions: Vec::new(),
    }
}

/// A running instance with one interface, in this subnet and with these addresses.
///
/// ```
/// let web = quell_plugin::testing::instance("i-0a1b2c3d", "subnet-0a1b2c3d", &["10.0.1.20", "192.0.2.20"]);
/// assert_eq!(web.interfaces[0].addresses.len(), 2);
/// ```
pub fn instance(id: &str, subnet: &str, addresses: &[&str]) -> Instance {
    let vpc = "vpc-0a1b2c3d4e5f60718".to_owned();
    Instance {
        id: id.to_owned(),
        state: "running".to_owned(),
        vpc: Some(vpc.clone()),
        host_names: Vec::new(),
        interfaces: vec![NetworkInterface {
            id: "eni-0a1b2c3d4e5f60718".to_owned(),
            subnet: subnet.to_owned(),
            vpc,
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
            security_groups: Vec::new(),
        }],
        tags: Vec::new(),
        extensions: Vec::new(),
    }
}

/// An observation, id `1`, with this JSON object as the detector's own text.
///
/// ```
/// let observation = quell_plugin::testing::observation(r#"{"scanner_ip": "203.0.113.7"}"#);
/// assert!(observation.raw.contains("scanner_ip"));
/// ```
pub fn observation(raw: &str) -> Observation {
    Observation {
        id: "1".to_owned(),
        kind: String::new(),
        time: None,
        raw: raw.to_owned(),
        extensions: Vec::new(),
    }
}
