//! A part that is so or is not.

use schemars::{JsonSchema, Schema, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{as_text, missing, unfit};
use crate::alert::{
    DecodeError,
    mapping::{pointer::Pointer, short::FromShort},
};

/// Something that is so or is not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FlagPart {
    /// Where it is said. Without it the part is always what `default` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// The values that mean yes, as text; `null` for a value that is there and null. Without `false-if` any other value means no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub true_if: Vec<String>,
    /// The values that mean no. Without `true-if` any other value means yes. With both, an alert with any other value can't be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub false_if: Vec<String>,
    /// What it is if it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
}

impl FlagPart {
    /// Whether it is so. What is missing is an error unless a default says what it is then.
    pub(in crate::alert::mapping) fn read(&self, what: &'static str, alert: &Value) -> Result<bool, DecodeError> {
        const WITHOUT_WORDS: &str = "true or false, or one of `true-if` or `false-if` in the mapping";
        let Some(at) = &self.at else {
            // The configuration is refused without it.
            return Ok(self.default.unwrap_or(true));
        };
        let Some(value) = at.values(alert).next() else {
            return self.default.ok_or_else(|| missing(what, at, WITHOUT_WORDS));
        };
        let word = match value {
            Value::Null => Some("null".to_owned()),
            value => as_text(value),
        };
        let is_of = |words: &[String]| word.as_ref().is_some_and(|word| words.contains(word));
        match (self.true_if.is_empty(), self.false_if.is_empty()) {
            _ if is_of(&self.true_if) => Ok(true),
            _ if is_of(&self.false_if) => Ok(false),
            (false, true) if word.is_some() => Ok(false),
            (true, false) => Ok(true),
            (true, true) if value.is_null() && self.default.is_some() => Ok(self.default == Some(true)),
            (true, true) => match word.as_deref() {
                Some("true") => Ok(true),
                Some("false") => Ok(false),
                _ => Err(unfit(what, at, value, WITHOUT_WORDS)),
            },
            _ => Err(unfit(
                what,
                at,
                value,
                "one of the values that `true-if` and `false-if` name in the mapping",
            )),
        }
    }
}

impl FromShort for FlagPart {
    const EXPECTED: &'static str = "true, false, a JSON Pointer in quotes, or a table with `at`";

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: Some(pointer),
            ..Self::default()
        }
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(Self {
            default: Some(value),
            ..Self::default()
        })
    }

    fn short_schemas() -> Vec<Schema> {
        vec![json_schema!({ "type": "boolean" })]
    }
}
