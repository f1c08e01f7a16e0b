//! How bad it is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{A_POINTER, is_false, missing, unfit};
use crate::alert::{
    DecodeError,
    mapping::{pointer::Pointer, short::FromShort},
};

/// How bad it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SeverityPart {
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// The detector's own scale: the number for the least bad, which becomes 0, and the one for the worst, which becomes 100. By default the scale is Quell's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<[f64; 2]>,
    /// The detector's words, each with what it becomes, from 0 to 100. Case matters not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, u8>,
    /// What it is if it is missing, or no word of `words`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<u8>,
    /// Whether it may be missing: then it is not known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

impl SeverityPart {
    /// The severity, 0 to 100. None only if it is optional and missing.
    pub(in crate::alert::mapping) fn read(&self, alert: &Value) -> Result<Option<u8>, DecodeError> {
        const WHAT: &str = "severity";
        let Some(at) = &self.at else {
            return Ok(self.default);
        };
        let value = at.value(alert);
        if value.is_null() && (self.default.is_some() || self.optional) {
            return Ok(self.default);
        }
        if value.is_null() {
            return Err(missing(WHAT, at, "a number, or one of the `words` of the mapping"));
        }
        let word = value.as_str().unwrap_or_default().trim();
        let known = self.words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
        if let Some((_, &severity)) = known {
            return Ok(Some(severity));
        }
        let [least, worst] = self.scale.unwrap_or([0.0, 100.0]);
        let number = value.as_f64().or_else(|| word.parse().ok());
        let share = number.map(|number| (number - least) / (worst - least));
        match share.filter(|share| (0.0..=1.0).contains(share)) {
            // The cast is exact: what it is given is a whole number from 0 to 100.
            Some(share) => Ok(Some((share * 100.0).round() as u8)),
            None if self.default.is_some() => Ok(self.default),
            None => {
                let expected = format!("a number from {least} to {worst}, or one of the `words` of the mapping");
                Err(unfit(WHAT, at, value, &expected))
            }
        }
    }
}

impl FromShort for SeverityPart {
    const EXPECTED: &'static str = A_POINTER;

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: Some(pointer),
            ..Self::default()
        }
    }
}
