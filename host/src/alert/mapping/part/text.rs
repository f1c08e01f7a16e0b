//! A part that is a text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{A_POINTER, as_text, is_false, missing, unfit};
use crate::alert::{
    DecodeError,
    mapping::{pointer::Pointer, short::FromShort},
};

/// A text. A number, `true` and `false` are read as text too; an empty text counts as missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TextPart {
    /// Where it is. Without it the part is always what `default` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// What it is if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether it may be missing. An alert in which anything else is missing can't be read.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

impl TextPart {
    /// The text. None only if it is optional and missing.
    pub(in crate::alert::mapping) fn read(
        &self,
        what: &'static str,
        alert: &Value,
    ) -> Result<Option<String>, DecodeError> {
        let Some(at) = &self.at else {
            return Ok(self.default.clone());
        };
        match as_text(at.value(alert)) {
            Some(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
            None if !at.value(alert).is_null() => Err(unfit(what, at, at.value(alert), "a text")),
            _ if self.default.is_some() => Ok(self.default.clone()),
            _ if self.optional => Ok(None),
            _ => Err(missing(what, at, "a text that is not empty")),
        }
    }
}

impl FromShort for TextPart {
    const EXPECTED: &'static str = A_POINTER;

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: Some(pointer),
            ..Self::default()
        }
    }
}
