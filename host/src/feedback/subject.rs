//! Where a detector keeps an alert.

use serde_json::Value;

use crate::{
    alert::{Alert, Detector},
    hold::Subject,
};

/// Where the alert's detector keeps it. None if Quell can't tell that detector anything: GuardDuty's own findings can't be commented on, and what a mapped detector sends names a finding of Security
/// Hub at most by whoever worded it.
pub(super) fn of(alert: &Alert) -> Option<Subject> {
    match alert.detector {
        Detector::StealthwatchCloud => Some(Subject::Alert { id: alert.id.clone() }),
        Detector::SecurityHub => of_finding(alert),
        Detector::GuardDuty | Detector::Mapped(_) => None,
    }
}

fn of_finding(alert: &Alert) -> Option<Subject> {
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
    let findings = raw
        .pointer("/detail/findings")
        .or_else(|| raw.get("Findings"))
        .or_else(|| raw.get("findings"));
    match findings.and_then(Value::as_array) {
        Some(findings) => match findings.as_slice() {
            [finding] => Some(finding),
            _ => None,
        },
        None => Some(raw.get("detail").unwrap_or(raw)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::alert::Decoders;

    const EVENT: &str = include_str!("../../../examples/alerts/security-hub-ssh-brute-force.json");

    fn alert(raw: &Value) -> Alert {
        let text = raw.to_string();
        Decoders::default()
            .decode(Detector::SecurityHub, text.as_bytes())
            .unwrap()
    }

    #[test]
    fn a_finding_is_found_in_whatever_it_came_in() {
        let event: Value = serde_json::from_str(EVENT).unwrap();
        let finding = event["detail"]["findings"][0].clone();
        let subject = of(&alert(&event));
        assert!(matches!(&subject, Some(Subject::Finding { .. })), "{subject:?}");
        for other in [
            json!({ "Findings": [finding] }),
            json!({ "findings": [finding] }),
            finding.clone(),
        ] {
            assert_eq!(of(&alert(&other)), subject);
        }
    }

    #[test]
    fn what_another_detector_words_like_a_finding_is_no_finding_of_security_hub() {
        let event: Value = serde_json::from_str(EVENT).unwrap();
        for detector in [Detector::GuardDuty, "my-ids".parse().unwrap()] {
            let alert = Alert {
                detector,
                ..alert(&event)
            };
            assert_eq!(of(&alert), None);
        }
    }
}
