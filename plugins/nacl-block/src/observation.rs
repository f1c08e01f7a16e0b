//! The field rules: what an observation of Stealthwatch Cloud says of both sides.
//!
//! Kinds of observation are many and undocumented, their fields few. So the rules go by field: `connected_ip`, `scanner_ip`, `remote_ip` and
//! `external_ip` name the remote side, `scanned_ip` and `cidr_range` the customer's own. A value is null, a text or a list of texts.

use std::{collections::BTreeSet, net::IpAddr};

use quell_plugin::{
    Observation, address,
    ipnet::IpNet,
    serde_json::{Map, Value},
};

const CONNECTED: &str = "connected_ip";
const REMOTE: [&str; 4] = [CONNECTED, "scanner_ip", "remote_ip", "external_ip"];
const OWN: [&str; 2] = ["scanned_ip", "cidr_range"];

/// What one observation says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sighting {
    /// The remote addresses, each once also if several fields name it.
    pub remotes: BTreeSet<IpAddr>,
    /// How often each of them failed, if the observation counts that.
    pub failed_attempts: Option<u64>,
    /// The customer's own addresses.
    pub own: Vec<IpNet>,
    /// What should name a side and can't be read, for a person.
    pub unreadable: Vec<String>,
}

/// Read one observation. Never fails: what can't be read is told and skipped.
pub fn read(observation: &Observation) -> Sighting {
    let mut sighting = Sighting::default();
    let fields = observation.fields();
    if fields.is_empty() {
        sighting.unreadable.push(format!(
            "observation {} is not a JSON object with fields",
            observation.id
        ));
        return sighting;
    }
    for name in REMOTE {
        for text in texts(&fields, name, observation, &mut sighting.unreadable) {
            match address::parse(text) {
                Some(remote) => _ = sighting.remotes.insert(remote),
                None => sighting.unreadable.push(not_an_address(observation, name, text)),
            }
        }
    }
    for name in OWN {
        for text in texts(&fields, name, observation, &mut sighting.unreadable) {
            match address::parse_prefix(text) {
                Some(own) => sighting.own.push(own),
                None => sighting.unreadable.push(not_an_address(observation, name, text)),
            }
        }
    }
    // The count belongs to `connected_ip`: elsewhere it would be a count of something else.
    if fields.get(CONNECTED).is_some_and(|value| !value.is_null()) {
        sighting.failed_attempts = fields.get("failed_attempts").and_then(count);
    }
    sighting
}

/// The texts in a field: none, one or several. Empty ones are a detector's way to say null.
fn texts<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    observation: &Observation,
    unreadable: &mut Vec<String>,
) -> Vec<&'a str> {
    let values = match fields.get(name) {
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
    use quell_plugin::testing::observation;
    use rstest::rstest;

    use super::*;

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
        let sighting = read(&observation(raw));
        let read: Vec<_> = sighting.remotes.iter().map(ToString::to_string).collect();
        assert_eq!(
            (read.join(" ").as_str(), sighting.failed_attempts),
            (remotes, failed_attempts)
        );
        assert_eq!(sighting.unreadable, [""; 0]);
    }

    #[test]
    fn the_scanned_side_is_the_customers_own_and_never_the_remote_one() {
        let sighting = read(&observation(
            r#"{"cidr_range": "192.0.2.179/32", "scanned_ip": "10.0.1.20"}"#,
        ));
        assert!(sighting.remotes.is_empty());
        assert_eq!(
            sighting.own,
            ["10.0.1.20/32", "192.0.2.179/32"].map(|own| own.parse::<IpNet>().unwrap())
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
    #[case("[]", "observation 1 is not a JSON object with fields")]
    #[case("{", "observation 1 is not a JSON object with fields")]
    fn what_cannot_be_read_is_told_and_never_guessed(#[case] raw: &str, #[case] told: &str) {
        let sighting = read(&observation(raw));
        assert!(sighting.remotes.is_empty());
        assert_eq!(sighting.unreadable, [told]);
    }

    #[test]
    fn a_hostile_value_does_not_fill_the_notes() {
        let sighting = read(&observation(&format!(r#"{{"scanner_ip": "{}"}}"#, "é".repeat(100_000))));
        assert!(sighting.unreadable[0].chars().count() < 120);
    }
}
