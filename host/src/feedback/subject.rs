//! Where a detector keeps an alert.

use serde_json::Value;

use crate::{
    alert::{Alert, Detector},
    hold::Subject,
};

/// Where the alert's detector keeps it. None if Quell can't tell that detector anything: GuardDuty's own findings can't be commented on.
pub(super) fn of(alert: &Alert) -> Option<Subject> {
    if alert.detector == Detector::StealthwatchCloud {
        return Some(Subject::Alert { id: alert.id.clone() });
    }
    let raw: Value = serde_json::from_str(&alert.raw).ok()?;
    let finding = finding(&raw)?;
    let text = |pointer: &str| Some(finding.pointer(pointer)?.as_str()?.to_owned());
    if let (Some(id), Some(product)) = (text("/Id"), text("/ProductArn")) {
        // `arn:aws:securityhub:eu-west-1::product/aws/guardduty`
        let region = product.split(':').nth(3).filter(|region| !region.is_empty());
        let region = region.map(str::to_owned).or_else(|| alert.place.region.clone())?;
        return Some(Subject::Finding { id, product, region });
    }
    Some(Subject::OcsfFinding {
        uid: text("/metadata/uid").filter(|_| finding.get("class_uid").is_some())?,
        region: text("/cloud/region").or_else(|| alert.place.region.clone())?,
    })
}

/// The one finding in what the detector sent, which may be an event around it.
fn finding(raw: &Value) -> Option<&Value> {
    let findings = raw.pointer("/detail/findings").or_else(|| raw.get("findings"));
    match findings.and_then(Value::as_array) {
        Some(findings) => match findings.as_slice() {
            [finding] => Some(finding),
            _ => None,
        },
        None => Some(raw.get("detail").unwrap_or(raw)),
    }
}
