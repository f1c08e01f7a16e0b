//! The observations of GuardDuty: there is nobody to ask for them, they are in the finding itself.

use jiff::Timestamp;
use serde_json::Value;

use super::finding::Finding;
use crate::alert::{Alert, DecodeError, Observation, time};

/// What GuardDuty saw, from the alert's own text.
///
/// A port probe is one observation a probed port and remote address; any other action is one observation. [`Observation::kind`] is the action's type, such
/// as `NETWORK_CONNECTION`, [`Observation::time`] when it was last seen, and [`Observation::raw`] the action as the finding has it, in camelCase
/// however the finding is spelled: `remoteIpDetails.ipAddressV4` and `ipAddressV6` name the remote side, `localIpDetails` the own one.
/// A finding without an action has no observations.
///
/// # Errors
///
/// If the text is no finding, which can't be for an alert that was decoded from it.
pub(in crate::alert) fn observations(alert: &Alert) -> Result<Vec<Observation>, DecodeError> {
    let service = Finding::read(&alert.raw)?.value("service");
    let action = &service["action"];
    let kind = action["actionType"].as_str().unwrap_or_default();
    let time = service["eventLastSeen"].as_str().and_then(time::read);
    Ok(numbered(alert, kind, time, seen(action)))
}

/// Observations of one kind and time, each with an id made of the alert's.
pub(in crate::alert) fn numbered<'a>(
    alert: &Alert,
    kind: &str,
    time: Option<Timestamp>,
    seen: impl IntoIterator<Item = &'a Value>,
) -> Vec<Observation> {
    let observations = seen.into_iter().enumerate().map(|(index, raw)| Observation {
        id: format!("{}-{}", alert.id, index + 1),
        kind: kind.to_owned(),
        time,
        raw: raw.to_string(),
    });
    observations.collect()
}

/// One value an observation. Beside the action's type there is one member with the details.
pub(in crate::alert) fn seen(action: &Value) -> Vec<&Value> {
    let members = action.as_object().into_iter().flat_map(|members| members.values());
    let details = members.filter(|member| member.is_object());
    details
        .flat_map(|details| match &details["portProbeDetails"] {
            Value::Array(probes) => probes.iter().collect(),
            _ => vec![details],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::guardduty::decode;

    fn seen_in(finding: &str) -> String {
        let alert = decode(finding.as_bytes()).unwrap();
        let observations = observations(&alert).unwrap();
        let lines = observations.iter().map(|it| {
            let time = it.time.map(|time| time.to_string()).unwrap_or_default();
            format!("{} {} {time} {}\n", it.id, it.kind, it.raw)
        });
        lines.collect()
    }

    #[test]
    fn every_probed_port_is_an_observation_with_its_remote_side() {
        insta::assert_snapshot!(seen_in(include_str!("../../../../examples/alerts/guardduty-port-probe.json")), @r#"
        5be09a7741d84c2f9f0cf2a1a6f1d902-1 PORT_PROBE 2026-01-15T11:48:30Z {"localIpDetails":{"ipAddressV4":"10.0.1.10"},"localPortDetails":{"port":22,"portName":"SSH"},"remoteIpDetails":{"city":{"cityName":""},"country":{"countryName":"Examplia"},"geoLocation":{"lat":0,"lon":0},"ipAddressV4":"203.0.113.88","organization":{"asn":"64496","asnOrg":"Example Hosting","isp":"Example Hosting","org":"Example Hosting"}}}
        5be09a7741d84c2f9f0cf2a1a6f1d902-2 PORT_PROBE 2026-01-15T11:48:30Z {"localIpDetails":{"ipAddressV4":"10.0.1.10"},"localPortDetails":{"port":443,"portName":"HTTPS"},"remoteIpDetails":{"city":{"cityName":""},"country":{"countryName":"Examplia"},"geoLocation":{"lat":0,"lon":0},"ipAddressV4":"203.0.113.88","organization":{"asn":"64496","asnOrg":"Example Hosting","isp":"Example Hosting","org":"Example Hosting"}}}
        5be09a7741d84c2f9f0cf2a1a6f1d902-3 PORT_PROBE 2026-01-15T11:48:30Z {"localIpDetails":{"ipAddressV4":"10.0.1.10"},"localPortDetails":{"port":22,"portName":"SSH"},"remoteIpDetails":{"city":{"cityName":""},"country":{"countryName":"Examplia"},"geoLocation":{"lat":0,"lon":0},"ipAddressV6":"2001:db8:5ca::1","organization":{"asn":"64496","asnOrg":"Example Hosting","isp":"Example Hosting","org":"Example Hosting"}}}
        5be09a7741d84c2f9f0cf2a1a6f1d902-4 PORT_PROBE 2026-01-15T11:48:30Z {"localIpDetails":{"ipAddressV4":"10.0.1.10"},"localPortDetails":{"port":3389,"portName":"RDP"},"remoteIpDetails":{"city":{"cityName":""},"country":{"countryName":"Examplia"},"geoLocation":{"lat":0,"lon":0},"ipAddressV4":"198.51.100.201","organization":{"asn":"64496","asnOrg":"Example Hosting","isp":"Example Hosting","org":"Example Hosting"}}}
        "#);
    }

    #[test]
    fn a_connection_is_one_observation_however_the_finding_is_spelled() {
        let camel = seen_in(
            r#"{"id": "f1", "type": "t", "service": {"archived": false, "action": {"actionType": "NETWORK_CONNECTION",
               "networkConnectionAction": {"connectionDirection": "INBOUND", "remoteIpDetails": {"ipAddressV6": "2001:db8:bad::7"}}}}}"#,
        );
        let pascal = seen_in(
            r#"{"Id": "f1", "Type": "t", "Service": {"Archived": false, "Action": {"ActionType": "NETWORK_CONNECTION",
               "NetworkConnectionAction": {"ConnectionDirection": "INBOUND", "RemoteIpDetails": {"IpAddressV6": "2001:db8:bad::7"}}}}}"#,
        );
        assert_eq!(pascal, camel);
        insta::assert_snapshot!(camel, @r#"f1-1 NETWORK_CONNECTION  {"connectionDirection":"INBOUND","remoteIpDetails":{"ipAddressV6":"2001:db8:bad::7"}}"#);
    }

    #[test]
    fn a_finding_without_an_action_has_no_observations() {
        assert_eq!(
            seen_in(r#"{"id": "f1", "type": "t", "service": {"archived": false}}"#),
            ""
        );
        assert_eq!(
            seen_in(
                r#"{"id": "f1", "type": "t", "service": {"archived": false, "action": {"actionType": "X", "more": [1]}}}"#
            ),
            ""
        );
    }
}
