//! Offenders: the remote addresses of a finding.

use std::{collections::BTreeMap, net::IpAddr};

use quell_plugin::Observation;

/// A remote address that attacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offender {
    /// The address.
    pub address: IpAddr,
    /// How many observations name it: of a port probe, one for each port.
    pub observations: u64,
}

/// Each remote address once, who was seen most often first, then by address.
///
/// A connection that our own side opened is left out: its remote side answered, and did not attack.
pub fn offenders(observations: &[Observation]) -> Vec<Offender> {
    let mut by_address: BTreeMap<IpAddr, u64> = BTreeMap::new();
    for observation in observations.iter().filter(|observation| !is_outbound(observation)) {
        for address in observation.sides().remotes {
            *by_address.entry(address).or_default() += 1;
        }
    }
    let mut offenders: Vec<_> = by_address
        .into_iter()
        .map(|(address, observations)| Offender { address, observations })
        .collect();
    offenders.sort_by_key(|offender| std::cmp::Reverse(offender.observations));
    offenders
}

fn is_outbound(observation: &Observation) -> bool {
    let fields = observation.fields();
    let direction = fields.get("connectionDirection");
    direction.is_some_and(|direction| direction == "OUTBOUND")
}

#[cfg(test)]
mod tests {
    use quell_plugin::testing::observation;

    use super::*;

    fn of(raw: &[&str]) -> Vec<(String, u64)> {
        let observations: Vec<_> = raw.iter().map(|raw| observation(raw)).collect();
        let offenders = offenders(&observations);
        offenders
            .into_iter()
            .map(|it| (it.address.to_string(), it.observations))
            .collect()
    }

    #[test]
    fn who_probed_most_ports_comes_first_and_each_comes_once() {
        let probes = [
            r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.9"}}"#,
            r#"{"remoteIpDetails": {"ipAddressV6": "2001:db8:5ca::1"}}"#,
            r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.88"}}"#,
            r#"{"remoteIpDetails": {"ipAddressV4": "203.0.113.88"}}"#,
        ];
        let expected = [("203.0.113.88", 2), ("203.0.113.9", 1), ("2001:db8:5ca::1", 1)];
        assert_eq!(
            of(&probes),
            expected.map(|(address, count)| (address.to_owned(), count))
        );
    }

    #[test]
    fn who_answered_our_own_connection_did_not_attack() {
        let outbound = r#"{"connectionDirection": "OUTBOUND", "remoteIpDetails": {"ipAddressV4": "203.0.113.7"}}"#;
        assert_eq!(of(&[outbound]), []);
        for direction in ["INBOUND", "UNKNOWN"] {
            let raw = format!(
                r#"{{"connectionDirection": "{direction}", "remoteIpDetails": {{"ipAddressV4": "203.0.113.7"}}}}"#
            );
            assert_eq!(of(&[&raw]), [("203.0.113.7".to_owned(), 1)], "{direction}");
        }
    }
}
