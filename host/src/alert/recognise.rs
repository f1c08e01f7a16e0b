//! Whose alert a body is, by its look.

use super::{Detector, body, guardduty, object::Object, object::elements, security_hub};

/// The detector whose alert this is by its look, for a door that several detectors send to. What looks like nobody's is taken for an alert of
/// Stealthwatch Cloud, whose decoder then says what is wrong with it. A detector that the configuration names is never recognised: its door has to say it.
pub fn recognise(body: impl AsRef<[u8]>) -> Detector {
    let Ok(text) = body::text(body.as_ref()) else {
        return Detector::StealthwatchCloud;
    };
    let documents = body::documents(&text);
    let mut alike = documents.into_iter().filter_map(|document| {
        let first = elements(document).and_then(|elements| elements.first().copied());
        let object = Object::read(first.unwrap_or(document)).ok()?;
        if security_hub::is_alike(&object) {
            Some(Detector::SecurityHub)
        } else if guardduty::is_alike(&object) {
            Some(Detector::GuardDuty)
        } else {
            None
        }
    });
    alike.next().unwrap_or(Detector::StealthwatchCloud)
}
