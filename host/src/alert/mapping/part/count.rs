//! A part that is a count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{A_POINTER, is_false, missing, unfit};
use crate::alert::{
    DecodeError,
    mapping::{pointer::Pointer, short::FromShort},
};

/// A count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountPart {
    /// Where it is: a whole number, or a text that is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// What it is if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<u64>,
    /// Whether it may be missing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

impl CountPart {
    /// The count. None only if it is optional and missing.
    pub(in crate::alert::mapping) fn read(
        &self,
        what: &'static str,
        alert: &Value,
    ) -> Result<Option<u64>, DecodeError> {
        let Some(at) = &self.at else {
            return Ok(self.default);
        };
        let value = at.value(alert);
        let is_missing = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if is_missing && (self.default.is_some() || self.optional) {
            return Ok(self.default);
        }
        let count = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        match count {
            Some(count) => Ok(Some(count)),
            None if is_missing => Err(missing(what, at, "a whole number")),
            None => Err(unfit(what, at, value, "a whole number")),
        }
    }
}

impl FromShort for CountPart {
    const EXPECTED: &'static str = A_POINTER;

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: Some(pointer),
            ..Self::default()
        }
    }
}
