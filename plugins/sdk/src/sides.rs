//! Who is who in an observation, whichever detector made it.
//!
//! Kinds of observation are many and undocumented, their fields few. So the rules go by field. Those of Stealthwatch Cloud are flat: `connected_ip`,
//! `scanner_ip`, `remote_ip` and `external_ip` name the remote side, `scanned_ip` and `cidr_range` the customer's own. GuardDuty has an object for
//! each side: `remoteIpDetails` and `localIpDetails`. A value is null, a text or a list of texts.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;
use serde_json::{Map, Value};

use crate::{Observation, address};

const CONNECTED: &str = "connected_ip";

/// Where the remote side is named. A point leads into an object.
const REMOTE: [&str; 6] = [
    CONNECTED,
    "scanner_ip",
    "remote_ip",
    "external_ip",
    "remoteIpDetails.ipAddressV4",
    "remoteIpDetails.ipAddressV6",
];

/// Where the customer's own side is named.
const OWN: [&str; 4] = [
    "scanned_ip",
    "cidr_range",
    "localIpDetails.ipAddressV4",
    "localIpDetails.ipAddressV6",
];

/// What one observation says of its two sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sides {
    /// The remote addresses, each once also if several fields name it.
    pub remotes: BTreeSet<IpAddr>,
    /// How often each of them failed to get in, if the observation counts that.
    pub failed_attempts: Option<u64>,
    /// The customer's own addresses, which must never be blocked. [`OwnSide`](crate::OwnSide) collects them.
    pub own: Vec<IpNet>,
    /// What should name a side and can't be read: a sentence each, for [`Notes`](crate::Notes).
    pub unreadable: Vec<String>,
}

impl Observation {
    /// Who is who in it. Never fails: what can't be read is told and skipped.
    ///
    /// ```
    /// use quell_plugin::testing::observation;
    ///
    /// let scan = observation(r#"{"scanner_ip": "203.0.113.7", "scanned_ip": "10.0.1.20"}"#).sides();
    /// assert_eq!(scan.remotes.first().unwrap().to_string(), "203.0.113.7");
    /// assert_eq!(scan.own[0].to_string(), "10.0.1.20/32");
    ///
    /// let probe = observation(r#"{"remoteIpDetails": {"ipAddressV6": "2001:db8::7"}}"#).sides();
    /// assert_eq!(probe.remotes.first().unwrap().to_string(), "2001:db8::7");
    /// ```
    pub fn sides(&self) -> Sides {
        let mut sides = Sides::default();
        let fields = self.fields();
        if fields.is_empty() {
            let unreadable = format!("observation {} is not a JSON object with fields", self.id);
            sides.unreadable.push(unreadable);
            return sides;
        }
        for name in REMOTE {
            for text in texts(&fields, name, self, &mut sides.unreadable) {
                match address::parse(text) {
                    Some(remote) => _ = sides.remotes.insert(remote),
                    None => sides.unreadable.push(not_an_address(self, name, text)),
                }
            }
        }
        for name in OWN {
            for text in texts(&fields, name, self, &mut sides.unreadable) {
                match address::parse_prefix(text) {
                    Some(own) => sides.own.push(own),
                    None => sides.unreadable.push(not_an_address(self, name, text)),
                }
            }
        }
        // The count belongs to `connected_ip`: elsewhere it would be a count of something else.
        if fields.get(CONNECTED).is_some_and(|value| !value.is_null()) {
            sides.failed_attempts = fields.get("failed_attempts").and_then(count);
        }
        sides
    }
}

/// The texts in a field: none, one or several. Empty ones are a detector's way to say null.
fn texts<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    observation: &Observation,
    unreadable: &mut Vec<String>,
) -> Vec<&'a str> {
    let mut parts = name.split('.');
    let field = parts.next().and_then(|part| fields.get(part));
    let field = parts.fold(field, |object, part| object?.get(part));
    let values = match field {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let mut texts = Vec::new();
    for value in values {
        match value {
            Value::String(text) if text.trim().is_empty() => {}
            Value::String(text) => texts.push(text.as_str()),
            Value::Null => {}
            Value::Number(_) => unreadable.push(not_an_address(observation, name, "a number")),
            _ => unreadable.push(not_an_address(observation, name, "a structure")),
        }
    }
    texts
}

fn not_an_address(observation: &Observation, name: &str, text: &str) -> String {
    const SHOWN: usize = 60;
    let shown: String = text.chars().take(SHOWN).collect();
    format!("observation {}: {name} `{shown}` is not an address", observation.id)
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::testing::observation;

    #[rstest]
    #[case::excessive_access(
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": 120}"#,
        "203.0.113.7",
        Some(120)
    )]
    #[case::port_scanner(r#"{"scanner_ip": "198.51.100.9", "scanned_ip": "10.0.1.20"}"#, "198.51.100.9", None)]
    #[case::elsewhere(
        r#"{"remote_ip": "203.0.113.1", "external_ip": "203.0.113.2"}"#,
        "203.0.113.1 203.0.113.2",
        None
    )]
    #[case::ipv6(r#"{"connected_ip": "2001:DB8::7"}"#, "2001:db8::7", None)]
    #[case::ipv4_in_ipv6_clothes(r#"{"connected_ip": "::ffff:203.0.113.7"}"#, "203.0.113.7", None)]
    #[case::a_list(
        r#"{"scanner_ip": ["203.0.113.7", null, "203.0.113.8"]}"#,
        "203.0.113.7 203.0.113.8",
        None
    )]
    #[case::guardduty(
        r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.7", "ipAddressV6": "2001:db8::7"}, "localIpDetails": {"ipAddressV4": "10.0.1.20"}}"#,
        "203.0.113.7 2001:db8::7",
        None
    )]
    #[case::an_empty_side(r#"{"remoteIpDetails": {}, "localIpDetails": null}"#, "", None)]
    #[case::a_side_that_is_no_object(r#"{"remoteIpDetails": "203.0.113.7"}"#, "", None)]
    #[case::null(r#"{"connected_ip": null, "failed_attempts": 4}"#, "", None)]
    #[case::empty(r#"{"connected_ip": ""}"#, "", None)]
    #[case::absent(r#"{"id": 1}"#, "", None)]
    #[case::named_twice(
        r#"{"connected_ip": "203.0.113.7", "remote_ip": "203.0.113.7"}"#,
        "203.0.113.7",
        None
    )]
    #[case::a_count_as_text(
        r#"{"connected_ip": "203.0.113.7", "failed_attempts": "12"}"#,
        "203.0.113.7",
        Some(12)
    )]
    #[case::a_negative_count(r#"{"connected_ip": "203.0.113.7", "failed_attempts": -3}"#, "203.0.113.7", None)]
    #[case::a_count_of_something_else(r#"{"remote_ip": "203.0.113.7", "failed_attempts": 3}"#, "203.0.113.7", None)]
    fn the_remote_side_is_where_the_field_rules_say(
        #[case] raw: &str,
        #[case] remotes: &str,
        #[case] failed_attempts: Option<u64>,
    ) {
        let sides = observation(raw).sides();
        let read: Vec<_> = sides.remotes.iter().map(ToString::to_string).collect();
        assert_eq!(
            (read.join(" ").as_str(), sides.failed_attempts),
            (remotes, failed_attempts)
        );
        assert_eq!(sides.unreadable, [""; 0]);
    }

    #[test]
    fn the_scanned_side_is_the_customers_own_and_never_the_remote_one() {
        let sides = observation(r#"{"cidr_range": "192.0.2.179/32", "scanned_ip": "10.0.1.20"}"#).sides();
        assert!(sides.remotes.is_empty());
        assert_eq!(
            sides.own,
            ["10.0.1.20/32", "192.0.2.179/32"].map(|own| own.parse::<IpNet>().unwrap())
        );
    }

    #[test]
    fn the_local_side_of_a_finding_is_the_customers_own() {
        let sides =
            observation(r#"{"localIpDetails": {"ipAddressV4": "10.0.1.20", "ipAddressV6": "2001:db8::20"}}"#).sides();
        assert!(sides.remotes.is_empty());
        assert_eq!(
            sides.own,
            ["10.0.1.20/32", "2001:db8::20/128"].map(|own| own.parse::<IpNet>().unwrap())
        );
    }

    #[rstest]
    #[case(
        r#"{"scanner_ip": "attacker.example"}"#,
        "observation 1: scanner_ip `attacker.example` is not an address"
    )]
    #[case(
        r#"{"scanner_ip": 3405803783}"#,
        "observation 1: scanner_ip `a number` is not an address"
    )]
    #[case(
        r#"{"connected_ip": ["203.0.113.999"]}"#,
        "observation 1: connected_ip `203.0.113.999` is not an address"
    )]
    #[case(
        r#"{"connected_ip": "0.0.0.0/0"}"#,
        "observation 1: connected_ip `0.0.0.0/0` is not an address"
    )]
    #[case(
        r#"{"remoteIpDetails": {"ipAddressV4": "nobody"}}"#,
        "observation 1: remoteIpDetails.ipAddressV4 `nobody` is not an address"
    )]
    #[case("[]", "observation 1 is not a JSON object with fields")]
    #[case("{", "observation 1 is not a JSON object with fields")]
    fn what_cannot_be_read_is_told_and_never_guessed(#[case] raw: &str, #[case] told: &str) {
        let sides = observation(raw).sides();
        assert!(sides.remotes.is_empty());
        assert_eq!(sides.unreadable, [told]);
    }

    #[test]
    fn a_hostile_value_does_not_fill_the_notes() {
        let sides = observation(&format!(r#"{{"scanner_ip": "{}"}}"#, "é".repeat(100_000))).sides();
        assert!(sides.unreadable[0].chars().count() < 120);
    }
}
