//! Parts of an alert, and where a mapping says that they are.

use std::{collections::BTreeMap, net::IpAddr};

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    pointer::{MOST_VALUES, Pointer},
    short::FromShort,
};
use crate::alert::{DecodeError, document::found, printable::printable, time};

/// How many characters of a value an error repeats.
const SHOWN: usize = 60;

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

/// When it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TimePart {
    /// Where it is.
    pub at: Pointer,
    /// How it is written.
    #[serde(default)]
    pub format: TimeFormat,
    /// Whether it may be missing: then it is not known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

/// How a time is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// As RFC 3339 has it: `2030-01-05T07:40:00Z`, with or without a fraction, with `Z` or an offset.
    #[default]
    Rfc3339,
    /// Seconds since 1970, perhaps with a fraction.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
}

/// Addresses: all that are found. A value may be a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddressPart {
    /// Where they are.
    pub at: Vec<Pointer>,
    /// Whether there may be none.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl TextPart {
    /// The text. None only if it is optional and missing.
    pub(super) fn read(&self, what: &'static str, alert: &Value) -> Result<Option<String>, DecodeError> {
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

impl CountPart {
    /// The count. None only if it is optional and missing.
    pub(super) fn read(&self, what: &'static str, alert: &Value) -> Result<Option<u64>, DecodeError> {
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

impl FlagPart {
    /// Whether it is so. What is missing is an error unless a default says what it is then.
    pub(super) fn read(&self, what: &'static str, alert: &Value) -> Result<bool, DecodeError> {
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

impl SeverityPart {
    /// The severity, 0 to 100. None only if it is optional and missing.
    pub(super) fn read(&self, alert: &Value) -> Result<Option<u8>, DecodeError> {
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

impl TimePart {
    /// The time. None only if it is optional and missing.
    pub(super) fn read(&self, alert: &Value) -> Result<Option<Timestamp>, DecodeError> {
        const WHAT: &str = "time";
        let value = self.at.value(alert);
        let expected = match self.format {
            TimeFormat::Rfc3339 => "a time such as `2030-01-05T07:40:00Z`, of 1970 or later",
            TimeFormat::Seconds => "seconds since 1970",
            TimeFormat::Milliseconds => "milliseconds since 1970",
        };
        if value.is_null() {
            return if self.optional {
                Ok(None)
            } else {
                Err(missing(WHAT, &self.at, expected))
            };
        }
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        let time = match self.format {
            TimeFormat::Rfc3339 => value.as_str().and_then(time::read),
            TimeFormat::Seconds => number.and_then(|seconds| of_milliseconds(seconds * 1000.0)),
            TimeFormat::Milliseconds => number.and_then(of_milliseconds),
        };
        time.map(Some).ok_or_else(|| unfit(WHAT, &self.at, value, expected))
    }
}

/// Milliseconds since 1970, none before.
fn of_milliseconds(milliseconds: f64) -> Option<Timestamp> {
    // Beyond that jiff knows no time, and a floating-point number no millisecond.
    const LAST: f64 = 250_000_000_000_000.0;
    let is_time = (0.0..=LAST).contains(&milliseconds);
    is_time
        .then(|| Timestamp::from_millisecond(milliseconds.round() as i64).ok())
        .flatten()
}

impl AddressPart {
    /// The addresses, each in its plainest spelling.
    pub(super) fn read(&self, what: &'static str, alert: &Value) -> Result<Vec<IpAddr>, DecodeError> {
        let mut addresses = Vec::new();
        for at in &self.at {
            for value in at.values(alert) {
                let values = match value {
                    Value::Array(values) => values.as_slice(),
                    value => std::slice::from_ref(value),
                };
                for value in values {
                    match value {
                        Value::Null => {}
                        Value::String(text) if text.trim().is_empty() => {}
                        value => match value.as_str().and_then(|text| text.trim().parse().ok()) {
                            Some(address) => addresses.push(IpAddr::to_canonical(&address)),
                            None => return Err(unfit(what, at, value, "an address, or a list of addresses")),
                        },
                    }
                }
                if addresses.len() > MOST_VALUES {
                    let found = format!("more than {MOST_VALUES} addresses");
                    return Err(DecodeError::Unfit {
                        what,
                        pointer: at.to_string(),
                        found,
                        expected: "fewer".to_owned(),
                    });
                }
            }
        }
        match self.at.first() {
            Some(at) if addresses.is_empty() && !self.optional => Err(missing(what, at, "an address")),
            _ => Ok(addresses),
        }
    }
}

/// A value as text, if it is a text, a number, or true or false.
pub(super) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

pub(super) fn missing(what: &'static str, at: &Pointer, expected: &str) -> DecodeError {
    DecodeError::NotThere {
        what,
        pointer: printable(at.as_str()),
        expected: expected.to_owned(),
    }
}

pub(super) fn unfit(what: &'static str, at: &Pointer, value: &Value, expected: &str) -> DecodeError {
    let found = match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let shown: String = value.to_string().chars().take(SHOWN).collect();
            format!("`{}`", printable(&shown))
        }
        value => found(value).to_owned(),
    };
    DecodeError::Unfit {
        what,
        pointer: printable(at.as_str()),
        found,
        expected: expected.to_owned(),
    }
}

const A_POINTER: &str = "a JSON Pointer in quotes, or a table with `at`";

impl FromShort for TextPart {
    const EXPECTED: &'static str = A_POINTER;

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: Some(pointer),
            ..Self::default()
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

impl FromShort for SeverityPart {
    const EXPECTED: &'static str = A_POINTER;

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: Some(pointer),
            ..Self::default()
        }
    }
}

impl FromShort for TimePart {
    const EXPECTED: &'static str = A_POINTER;

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: pointer,
            format: TimeFormat::default(),
            optional: false,
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

impl FromShort for AddressPart {
    const EXPECTED: &'static str = "a JSON Pointer in quotes, a list of them, or a table with `at`";

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: vec![pointer],
            optional: false,
        }
    }

    fn from_pointers(pointers: Vec<Pointer>) -> Option<Self> {
        Some(Self {
            at: pointers,
            optional: false,
        })
    }

    fn short_schemas() -> Vec<Schema> {
        vec![json_schema!({ "type": "array", "items": { "type": "string" } })]
    }
}
