//! A finding, taken out of what it came in and spelled in one way.

use serde_json::Value;

use crate::alert::{capitals::uncapitalised, envelope, error::DecodeError, object::Object};

/// The `detail-type` of the events that have a finding.
const DETAIL_TYPE: &str = "GuardDuty Finding";

/// How the keys of a finding begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// With a small letter, as EventBridge and the export to S3 have it.
    Camel,
    /// With a capital, as the GetFindings API has it.
    Pascal,
}

/// A finding whose keys begin with small letters.
pub struct Finding<'text> {
    pub(super) object: Object<'text>,
    pub(super) service: Object<'text>,
    spelling: Spelling,
}

impl<'text> Finding<'text> {
    /// Takes the finding out of an event of EventBridge, or takes the text for a finding.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if it is neither, or has no `service`.
    pub fn read(text: &'text str) -> Result<Self, DecodeError> {
        let object = finding_in(Object::read(text)?)?;
        let has = |keys: [&str; 2]| keys.iter().any(|key| object.has(key));
        let spelling = match (has(["id", "type"]), has(["Id", "Type"])) {
            (false, true) => Spelling::Pascal,
            (true, _) => Spelling::Camel,
            (false, false) => {
                envelope::refuse(&object)?;
                Spelling::Camel
            }
        };
        let spelled = |object: Object<'text>| match spelling {
            Spelling::Camel => Ok(object),
            Spelling::Pascal => object.uncapitalised(),
        };
        let object = spelled(object)?;
        let service = object.object("service")?.ok_or(DecodeError::MissingKey {
            key: "service",
            expected: "an object",
        })?;
        Ok(Self {
            service: spelled(service)?,
            object,
            spelling,
        })
    }

    /// The value at a key; null if there is none.
    pub fn value(&self, key: &str) -> Value {
        let value = self.object.value(key).unwrap_or_default();
        match self.spelling {
            Spelling::Camel => value,
            Spelling::Pascal => uncapitalised(value),
        }
    }
}

fn finding_in(outer: Object<'_>) -> Result<Object<'_>, DecodeError> {
    if !outer.has("detail-type") {
        return Ok(outer);
    }
    if outer.value("detail-type") != Some(DETAIL_TYPE.into()) {
        return Err(DecodeError::NotAnAlert {
            found: "an EventBridge event about something else than a GuardDuty finding",
            remedy: "let the rule's pattern have `\"detail-type\": [\"GuardDuty Finding\"]`",
        });
    }
    outer.object("detail")?.ok_or(DecodeError::MissingKey {
        key: "detail",
        expected: "a finding of GuardDuty",
    })
}
