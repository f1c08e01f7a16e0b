//! When it happened.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{A_POINTER, is_false, missing, unfit};
use crate::alert::{
    DecodeError,
    mapping::{pointer::Pointer, short::FromShort},
    time,
};

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

impl TimePart {
    /// The time. None only if it is optional and missing.
    pub(in crate::alert::mapping) fn read(&self, alert: &Value) -> Result<Option<Timestamp>, DecodeError> {
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
