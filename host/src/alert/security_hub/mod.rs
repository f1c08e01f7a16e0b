//! The decoder for AWS Security Hub.
//!
//! Security Hub passes on what others found, such as GuardDuty, in two formats: in its own (ASFF), which Security Hub CSPM has, and in OCSF, which Security Hub
//! has since 2025. A finding comes in an event of EventBridge, in the list that BatchImportFindings takes and GetFindings gives, or bare. It is sent again, with
//! the same id, when the product updates it.

mod asff;
mod finding;
mod finding_type;
mod ocsf;
mod product_fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use self::finding::Finding;
use super::{
    Alert, DecodeError, Observation, Source,
    document::text_of,
    guardduty,
    object::{Object, elements},
    printable::printable,
    text::unique,
};

/// The `detail-type` of the events that have findings.
pub(super) const DETAIL_TYPES: [&str; 3] = [
    "Security Hub Findings - Imported",
    "Security Hub Findings - Custom Action",
    "Findings Imported V2",
];

/// Reads one finding.
///
/// - [`Alert::id`] is the product's own id of it: ASFF's `Id`, OCSF's `finding_info.uid`.
/// - [`Alert::kind`] is the first of its types, such as `TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce`.
/// - [`Alert::severity`]: informational is 0, low 20, medium 55, high 80, critical 95, fatal 100; ASFF's `Normalized` if it lies in the band of its label.
/// - [`Alert::resolved`]: of ASFF, `RecordState` must say whether it is archived and `Workflow.Status` whether somebody resolved or suppressed it; only what a
///   product sends to BatchImportFindings has no workflow yet. Of OCSF, `status_id` or `status` must say it. What is not known to be open is an error: a
///   finding that may be closed must not cause a write.
/// - [`Alert::test`] is true for samples.
/// - [`Alert::source`] is the instance among its resources, if there is one and no other, with all its addresses.
/// - [`Alert::extensions`] has `security-hub-product`, `security-hub-action` (the custom action that a person chose), and for a finding of GuardDuty the
///   names of [`guardduty::decode`] and `guardduty-type`: the type as GuardDuty spells it, with `/` where Security Hub has `-`.
///
/// # Errors
///
/// [`DecodeError`] for anything that is not one such finding. It is never a panic, whatever the bytes.
pub fn decode(bytes: &[u8]) -> Result<Alert, DecodeError> {
    let text = super::text::read(bytes)?;
    let finding = Finding::read(text)?;
    let mut alert = match &finding {
        Finding::Asff {
            finding,
            may_lack_workflow,
        } => asff::decode(finding, *may_lack_workflow)?,
        Finding::Ocsf { finding } => ocsf::decode(finding)?,
    };
    if let Some(action) = custom_action(text) {
        alert.extensions.insert("security-hub-action".to_owned(), action);
    }
    alert.raw = text.to_owned();
    Ok(alert)
}

/// What the product saw, from the alert's own text, in the form of GuardDuty's observations: `remoteIpDetails` names the remote side, `localIpDetails` the own one.
pub(super) fn observations(alert: &Alert) -> Result<Vec<Observation>, DecodeError> {
    let (kind, seen) = match Finding::read(&alert.raw)? {
        Finding::Asff { finding, .. } => asff::seen(&finding),
        Finding::Ocsf { finding } => ocsf::seen(&finding),
    };
    Ok(guardduty::observations::numbered(alert, &kind, alert.time, &seen))
}

/// Each finding of a text that has several, in what it came in: an event keeps its `detail-type` and its action. None if there is no list of findings.
pub(super) fn findings(text: &str) -> Option<Vec<String>> {
    let object = Object::read(text).ok()?;
    let detail = object.object("detail").ok()?;
    let list = match &detail {
        Some(detail) => detail.text("findings")?,
        None => object.text("Findings").or_else(|| object.text("findings"))?,
    };
    let start = position_of_part(text, list)?;
    let (before, after) = (text.get(..start)?, text.get(start + list.len()..)?);
    let one = |finding: &str| format!("{before}[{finding}]{after}");
    Some(elements(list)?.into_iter().map(one).collect())
}

/// Whether an object looks like a finding, an event or a list of Security Hub.
pub(super) fn is_alike(object: &Object<'_>) -> bool {
    const MARKS: [&str; 5] = ["ProductArn", "AwsAccountId", "RecordState", "class_uid", "finding_info"];
    let detail_type = object.value("detail-type");
    let is_of_event = detail_type.is_some_and(|it| DETAIL_TYPES.contains(&text_of(&it)));
    is_of_event
        || object.value("source") == Some("aws.securityhub".into())
        || MARKS.iter().any(|key| object.has(key))
        || ["Findings", "findings"].iter().any(|key| {
            let first = object.elements(key).and_then(|findings| findings.first().copied());
            let first = first.and_then(|first| Object::read(first).ok());
            first.is_some_and(|first| MARKS.iter().any(|key| first.has(key)))
        })
}

fn custom_action(text: &str) -> Option<String> {
    let detail = Object::read(text).ok()?.object("detail").ok()??;
    let name = printable(text_of(&detail.value("actionName")?).trim());
    (!name.is_empty()).then_some(name)
}

fn position_of_part(text: &str, part: &str) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)
}

/// What a finding of any format says, for [`Alert::extensions`].
fn extensions(product: &str, type_: &str, service: &Value, is_of_guardduty: bool) -> BTreeMap<String, String> {
    let mut extensions = BTreeMap::new();
    if !product.trim().is_empty() {
        extensions.insert("security-hub-product".to_owned(), printable(product.trim()));
    }
    if is_of_guardduty {
        extensions.extend(guardduty::extensions(service));
        if let Some(type_) = finding_type::of_guardduty(type_) {
            extensions.insert("guardduty-type".to_owned(), printable(&type_));
        }
    }
    extensions
}

/// The source of a finding: its one instance, or else the type of its first resource.
fn source<'a>(
    instances: impl Iterator<Item = &'a str>,
    first_type: &str,
    addresses: impl Iterator<Item = &'a str>,
) -> Source {
    let name = match unique(instances).as_slice() {
        [instance] => (*instance).to_owned(),
        _ => first_type.to_owned(),
    };
    let addresses = addresses.filter_map(|address| {
        let address: std::net::IpAddr = address.trim().parse().ok()?;
        Some(address.to_canonical())
    });
    Source {
        name: printable(&name),
        addresses: unique(addresses),
        host_names: Vec::new(),
    }
}

/// The id of the instance that a resource is: `i-…`, or an ARN that ends in it.
fn instance_id(resource: &str) -> Option<&str> {
    let id = resource.rsplit_once(":instance/").map_or(resource, |(_, id)| id);
    id.parse::<crate::cloud::id::InstanceId>().ok().map(|_| id)
}
