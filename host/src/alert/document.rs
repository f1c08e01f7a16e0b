//! A whole JSON object as one value, for decoders that look deep into it.

use std::cell::RefCell;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{
    error::{DecodeError, Position},
    object::refuse_too_deep,
};

/// Reads the one object that a text must be. A key that is given twice, at any depth, is an error: readers differ in which value they take, so neither
/// can be trusted.
pub(super) fn read(text: &str) -> Result<Value, DecodeError> {
    refuse_too_deep(text, text)?;
    let repeated = RefCell::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read = Strict { repeated: &repeated }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    let value = read.map_err(|source| {
        let position = Position {
            line: source.line(),
            column: source.column(),
        };
        match repeated.take() {
            Some(key) => DecodeError::RepeatedKey { key, position },
            None => DecodeError::NotJson { position, source },
        }
    })?;
    if !value.is_object() {
        return Err(DecodeError::NotAnObject { found: found(&value) });
    }
    Ok(value)
}

/// What a value is, for an error.
pub(super) fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The text that a value is; empty if it is none.
pub(super) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The elements of a list; none if it is no list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Reads any value, and leaves a key that was given twice in `repeated`.
#[derive(Clone, Copy)]
struct Strict<'a> {
    repeated: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.contains_key(&key) {
                self.repeated.replace(Some(key));
                return Err(A::Error::custom("a key is given twice"));
            }
            members.insert(key, map.next_value_seed(self)?);
        }
        Ok(members.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn refused(text: &str) -> String {
        crate::text::with_causes(&read(text).unwrap_err())
    }

    #[test]
    fn every_kind_of_value_is_read_as_it_is() {
        let text = r#"{"a": [null, true, -1, 18446744073709551615, 0.5, "é\n"], "b": {"c": {}}}"#;
        let expected = json!({"a": [null, true, -1, u64::MAX, 0.5, "é\n"], "b": {"c": {}}});
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn a_key_that_is_given_twice_is_no_alert_however_deep_it_lies() {
        insta::assert_snapshot!(refused(r#"{"a": {"open": true, "open": false}}"#), @"the alert gives `open` twice (the second value is at line 1 column 27); send the alert as the detector gave it");
    }

    #[test]
    fn what_is_not_one_object_is_no_alert() {
        insta::assert_snapshot!(refused("[1]"), @"the alert must be one JSON object, but it is an array; send each alert on its own");
        insta::assert_snapshot!(refused(r#"{"a": 1} {"#), @"the alert is not JSON, or not all of it (line 1 column 10); send the alert's JSON object unchanged: trailing characters at line 1 column 10");
        insta::assert_snapshot!(refused(&format!("{{\"a\": {}", "[".repeat(70))), @"the alert is nested deeper than 64 levels (line 1 column 70); no detector sends such an alert");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = read(&text);
        }
    }
}
