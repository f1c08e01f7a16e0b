//! JSON as text: kept token by token, because a number or the order of keys that was read and written again may be another.

mod layout;
mod rewrite;
mod token;

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use serde_json::value::RawValue;

use self::token::compact;
pub use self::{
    layout::indented,
    rewrite::{Place, rewritten, unquoted},
};

/// One JSON value as text. Every token is as it came; only white space between tokens is gone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonText(Box<str>);

/// A text that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("this is not JSON")]
pub struct NotJson(#[source] serde_json::Error);

impl JsonText {
    /// Reads a text that must be one JSON value.
    ///
    /// # Errors
    /// If it is not.
    pub fn read(text: &str) -> Result<Self, NotJson> {
        let value: &RawValue = serde_json::from_str(text).map_err(NotJson)?;
        Ok(Self(compact(value.get()).into()))
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// If it has a map whose keys are no texts, or says that it can't be written.
    pub fn of(value: &impl Serialize) -> Result<Self, NotJson> {
        let text = serde_json::to_string(value).map_err(NotJson)?;
        Ok(Self(text.into()))
    }

    /// The text, on one line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As the JSON that it is.
impl fmt::Debug for JsonText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer).map_err(D::Error::custom)?;
        Ok(Self(compact(raw.get()).into()))
    }
}

impl JsonSchema for JsonText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_as_they_came() {
        let text =
            "{ \"b\" : 1.00e2,\n\t\"a\":[ ] , \"a\": \"x \\\" \\ud800 }\", \"big\":123456789012345678901234567890 }";
        let json = JsonText::read(text).unwrap();
        insta::assert_snapshot!(json.as_str(), @r#"{"b":1.00e2,"a":[],"a":"x \" \ud800 }","big":123456789012345678901234567890}"#);
        assert_eq!(serde_json::to_string(&json).unwrap(), json.as_str());
    }
}
