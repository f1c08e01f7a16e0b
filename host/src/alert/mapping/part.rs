//! Parts of an alert, and where a mapping says that they are.

mod address;
mod count;
mod flag;
mod severity;
mod text;
mod time;

use serde_json::Value;

pub use self::{
    address::AddressPart,
    count::CountPart,
    flag::FlagPart,
    severity::SeverityPart,
    text::TextPart,
    time::{TimeFormat, TimePart},
};
use super::pointer::Pointer;
use crate::alert::{DecodeError, document::found, printable::printable};

/// How many characters of a value an error repeats.
const SHOWN: usize = 60;

/// What a part may be written as, for those that have no other short form.
const A_POINTER: &str = "a JSON Pointer in quotes, or a table with `at`";

fn is_false(value: &bool) -> bool {
    !value
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
