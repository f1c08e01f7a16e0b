//! The decoder for Amazon GuardDuty.
//!
//! A finding comes as the `detail` of an EventBridge event, or bare: in camelCase as EventBridge and the export to S3 have it, or in PascalCase as the
//! GetFindings API does. GuardDuty sends a finding again, with the same id and a higher count, as long as what it found goes on.

pub mod finding;
pub(super) mod observations;

use std::{collections::BTreeMap, net::IpAddr};

use serde_json::Value;

use self::finding::Finding;
use super::{
    Alert, DecodeError, Detector, Place, Source,
    document::{self, list},
    object::Object,
    printable::{printable, printable_lines},
    text::{self, unique},
    time,
};
use crate::cloud::VpcId;

/// The most characters that GuardDuty gives an id.
const MAX_ID: usize = 300;

/// Reads one finding.
///
/// - `id` must be a text of 1 to 300 letters, digits and `-`, `type` a text that is not empty, and `service.archived` true or false: a finding that
///   may be archived must not cause a write. A hand-written finding needs these three keys and no others.
/// - [`Alert::severity`] is ten times GuardDuty's, rounded: its 1.0 to 10.0 become 10 to 100, so that low is below 40, medium below 70, high below 90,
///   and critical from 90 on.
/// - [`Alert::time`] is `service.eventLastSeen`, or else `updatedAt`.
/// - [`Alert::test`] is true for the samples that GuardDuty makes on request, by `service.additionalInfo` or by the title.
/// - [`Alert::source`] is the instance with all its addresses and DNS names. For a finding on anything else it has the type of the resource as its
///   name, such as `AccessKey`.
/// - [`Place::vpc`] is that of the instance's interfaces, if they are all in one.
/// - [`Alert::extensions`] has `guardduty-resource-role` (`TARGET` or `ACTOR`: whether the instance is attacked or attacks), `guardduty-count` (how
///   often it was seen) and `guardduty-action` (`NETWORK_CONNECTION`, `PORT_PROBE`, …), as far as the finding has them.
/// - All texts but `raw` are free of control characters; see [`printable`].
///
/// # Errors
///
/// [`DecodeError`] for anything that is not one such finding. It is never a panic, whatever the bytes.
pub fn decode(bytes: &[u8]) -> Result<Alert, DecodeError> {
    let text = text::read(bytes)?;
    let finding = Finding::read(text)?;
    let id = finding
        .object
        .required("id", "a text of 1 to 300 letters, digits and `-`", id)?;
    let kind = finding
        .object
        .required("type", "a text that is not empty", |value| match value {
            Value::String(kind) if !kind.trim().is_empty() => Some(printable(kind.trim())),
            _ => None,
        })?;
    let archived = finding
        .service
        .required("archived", "true or false", |value| value.as_bool())?;

    let (resource, service) = (finding.value("resource"), finding.value("service"));
    let source = source(&resource, &service);
    let told = |key: &str| text_of(&finding.value(key));
    let title = told("title");
    Ok(Alert {
        id,
        detector: Detector::GuardDuty,
        title: text::title(&title, &kind, &source.name),
        description: printable_lines(&told("description")),
        severity: severity(&finding.value("severity")),
        time: time::read(&text_of(&service["eventLastSeen"])).or_else(|| time::read(&told("updatedAt"))),
        test: is_sample(&service["additionalInfo"], &title),
        resolved: archived,
        source,
        place: Place {
            vpc: vpc(&resource),
            ..Place::of(&told("accountId"), &told("region"))
        },
        extensions: extensions(&service),
        raw: text.to_owned(),
        kind,
    })
}

/// Whether an object looks like a finding, an event or a list of GuardDuty. It need not be a good one: its decoder says what is wrong with it.
pub(super) fn is_alike(object: &Object<'_>) -> bool {
    const MARKS: [&str; 5] = ["detail-type", "schemaVersion", "SchemaVersion", "service", "Service"];
    let lists = ["Findings", "findings"];
    MARKS.iter().any(|key| object.has(key)) || lists.iter().any(|key| object.elements(key).is_some())
}

/// Each finding of a text that has several. None if there is no list of findings.
pub(super) fn findings(text: &str) -> Option<Vec<String>> {
    let object = Object::read(text).ok()?;
    let findings = object.elements("Findings").or_else(|| object.elements("findings"))?;
    Some(findings.into_iter().map(str::to_owned).collect())
}

fn id(value: Value) -> Option<String> {
    let id = value.as_str()?;
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    ((1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_taken)).then(|| id.to_owned())
}

/// See [`decode`] for the scale.
fn severity(severity: &Value) -> Option<u8> {
    let severity = severity.as_f64()?;
    // The cast is exact: what it is given is a whole number from 0 to 100.
    (0.0..=10.0)
        .contains(&severity)
        .then(|| (severity * 10.0).round() as u8)
}

/// The API gives `additionalInfo` as JSON in a text; EventBridge gives it both ways.
pub(super) fn is_sample(info: &Value, title: &str) -> bool {
    let says_so = |info: &Value| match &info["sample"] {
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        sample => sample.as_bool() == Some(true),
    };
    let inner = info["value"].as_str().and_then(|text| serde_json::from_str(text).ok());
    says_so(info) || inner.is_some_and(|info| says_so(&info)) || title.trim_start().starts_with("[SAMPLE]")
}

fn source(resource: &Value, service: &Value) -> Source {
    let instance = &resource["instanceDetails"];
    let name = match text_of(&instance["instanceId"]) {
        id if id.trim().is_empty() => text_of(&resource["resourceType"]),
        id => id,
    };
    let (mut addresses, mut host_names) = (Vec::new(), Vec::new());
    for interface in list(&instance["networkInterfaces"]) {
        let private = list(&interface["privateIpAddresses"]);
        for part in [interface].into_iter().chain(private) {
            addresses.push(&part["privateIpAddress"]);
            host_names.push(&part["privateDnsName"]);
        }
        addresses.push(&interface["publicIp"]);
        addresses.extend(list(&interface["ipv6Addresses"]));
        host_names.push(&interface["publicDnsName"]);
    }
    let local = &service["action"]["networkConnectionAction"]["localIpDetails"];
    addresses.extend([&local["ipAddressV4"], &local["ipAddressV6"]]);

    let addresses = addresses.into_iter().filter_map(|address| {
        let address: IpAddr = address.as_str()?.trim().parse().ok()?;
        Some(address.to_canonical())
    });
    let host_names = host_names.into_iter().map(|name| printable(text_of(name).trim()));
    Source {
        name: printable(name.trim()),
        addresses: unique(addresses),
        host_names: unique(host_names.filter(|name| !name.is_empty())),
    }
}

/// The VPC of all interfaces. If they are in several, none: to take one would be a guess.
fn vpc(resource: &Value) -> Option<String> {
    let interfaces = list(&resource["instanceDetails"]["networkInterfaces"]);
    let vpcs = unique(interfaces.iter().filter_map(|interface| interface["vpcId"].as_str()));
    match vpcs.as_slice() {
        [vpc] if vpc.parse::<VpcId>().is_ok() => Some((*vpc).to_owned()),
        _ => None,
    }
}

/// What GuardDuty's `service` has to add, for [`Alert::extensions`]. Security Hub has its count as a text.
pub(super) fn extensions(service: &Value) -> BTreeMap<String, String> {
    let named = [
        ("guardduty-resource-role", text_of(&service["resourceRole"])),
        (
            "guardduty-count",
            count(&service["count"])
                .map(|count| count.to_string())
                .unwrap_or_default(),
        ),
        ("guardduty-action", text_of(&service["action"]["actionType"])),
    ];
    named
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), printable(&value)))
        .collect()
}

fn count(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The text that a value is; empty if it is none.
fn text_of(value: &Value) -> String {
    document::text_of(value).to_owned()
}

#[cfg(test)]
mod tests;
