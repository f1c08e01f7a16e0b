//! The remote side of an observation, as the host itself reads it.
//!
//! A plugin reads observations too, and its word counts for nothing here: what a route demands before an address is blocked is shown by the detector's own fields.

use std::{collections::BTreeSet, net::IpAddr};

use serde_json::{Map, Value};

use super::{Detector, Observation};

/// Where the attempts of the remote side are counted. Elsewhere a count of attempts would be one of something else.
const CONNECTED: &str = "connected_ip";
/// Where the remote side is named.
const REMOTE: [&str; 4] = [CONNECTED, "scanner_ip", "remote_ip", "external_ip"];
/// The object of GuardDuty's remote side, and of Security Hub's.
const DETAILS: &str = "remoteIpDetails";
/// Actions of GuardDuty that are requests within a connection with TLS: nobody makes one from an address that is not his.
const WITHIN_A_CONNECTION: [&str; 3] = ["AWS_API_CALL", "KUBERNETES_API_CALL", "RDS_LOGIN_ATTEMPT"];

/// What one observation says of its remote side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remote {
    /// The addresses that it names.
    pub addresses: BTreeSet<IpAddr>,
    /// How often each of them failed to get in. None if it does not count that.
    pub failed_attempts: Option<u64>,
    /// Whether it shows that a connection was established, which a forged sender can't have done.
    pub established: bool,
}

impl Remote {
    /// Reads an observation of this detector. What can't be read is not there: nothing is shown by it.
    pub fn of(detector: Detector, observation: &Observation) -> Self {
        let Ok(fields) = serde_json::from_str::<Map<String, Value>>(&observation.raw) else {
            return Self::default();
        };
        let details = &fields.get(DETAILS).cloned().unwrap_or_default();
        let of_details = ["ipAddressV4", "ipAddressV6"].map(|name| details.get(name));
        let named = REMOTE.map(|name| fields.get(name)).into_iter().chain(of_details);
        let is_counted = fields.get(CONNECTED).is_some_and(|value| !value.is_null());
        let attempts = fields.get("failed_attempts").filter(|_| is_counted);
        Self {
            addresses: named.flatten().flat_map(texts).filter_map(address).collect(),
            failed_attempts: attempts.and_then(count),
            established: is_established(detector, observation, &fields),
        }
    }
}

fn is_established(detector: Detector, observation: &Observation, fields: &Map<String, Value>) -> bool {
    match detector {
        Detector::GuardDuty | Detector::SecurityHub => WITHIN_A_CONNECTION.contains(&observation.kind.as_str()),
        // That a connection was made is in none of the fields of Stealthwatch Cloud; a mapping has a part for it.
        _ => fields.get("established") == Some(&Value::Bool(true)),
    }
}

/// A value is null, a text or a list of texts.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse().ok().map(|address: IpAddr| address.to_canonical())
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn remote(detector: Detector, kind: &str, raw: &str) -> Remote {
        let observation = Observation {
            id: "1".to_owned(),
            kind: kind.to_owned(),
            time: None,
            raw: raw.to_owned(),
        };
        Remote::of(detector, &observation)
    }

    #[rstest]
    #[case::counted(
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 120}"#,
        "203.0.113.7",
        Some(120)
    )]
    #[case::a_count_as_text(
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": "12"}"#,
        "203.0.113.7",
        Some(12)
    )]
    #[case::a_count_of_something_else(r#"{"remote_ip": "203.0.113.7", "failed_attempts": 3}"#, "203.0.113.7", None)]
    #[case::a_list(
        r#"{"scanner_ip": ["203.0.113.7", null, "203.0.113.8"]}"#,
        "203.0.113.7 203.0.113.8",
        None
    )]
    #[case::ipv4_in_ipv6_clothes(r#"{"external_ip": "::ffff:203.0.113.7"}"#, "203.0.113.7", None)]
    #[case::guardduty(
        r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.7", "ipAddressV6": "2001:db8::7"}}"#,
        "203.0.113.7 2001:db8::7",
        None
    )]
    #[case::our_own_side(r#"{"scanned_ip": "10.0.1.20", "cidr_range": "10.0.1.20/32"}"#, "", None)]
    #[case::rubbish(r#"{"remote_ip": {"a": 1}, "remoteIpDetails": 7, "scanner_ip": "nobody"}"#, "", None)]
    #[case::no_object("[]", "", None)]
    #[case::no_json("{", "", None)]
    fn the_host_reads_the_remote_side_for_itself(
        #[case] raw: &str,
        #[case] addresses: &str,
        #[case] attempts: Option<u64>,
    ) {
        let remote = remote(Detector::StealthwatchCloud, "", raw);
        let named: Vec<_> = remote.addresses.iter().map(ToString::to_string).collect();
        assert_eq!(
            (named.join(" ").as_str(), remote.failed_attempts),
            (addresses, attempts)
        );
        assert!(!remote.established);
    }

    #[test]
    fn only_what_a_detector_can_know_shows_a_connection() {
        let probe = r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.7"}, "established": true}"#;
        assert!(!remote(Detector::GuardDuty, "PORT_PROBE", probe).established);
        assert!(!remote(Detector::GuardDuty, "NETWORK_CONNECTION", probe).established);
        assert!(remote(Detector::GuardDuty, "RDS_LOGIN_ATTEMPT", probe).established);
        // Whoever words an alert of a mapped detector may call it what GuardDuty would.
        let word = r#"{"remote_ip": "203.0.113.7", "established": false}"#;
        assert!(!remote(Detector::StealthwatchCloud, "AWS_API_CALL", word).established);
        let mapped = r#"{"remote_ip": "203.0.113.7", "established": true}"#;
        assert!(remote(Detector::StealthwatchCloud, "", mapped).established);
    }
}
