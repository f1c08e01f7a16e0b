//! A plugin's settings: TOML in the file, JSON to the plugin.

use serde_json::{Map, Number, Value};

/// The key of a number that JSON can't write: `nan` or `inf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotInJson(pub(super) String);

/// The same settings as JSON. Dates and times become text.
pub(super) fn to_json(table: toml::Table) -> Result<Map<String, Value>, NotInJson> {
    table
        .into_iter()
        .map(|(key, value)| Ok((key.clone(), value_to_json(&key, value)?)))
        .collect()
}

fn value_to_json(key: &str, value: toml::Value) -> Result<Value, NotInJson> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::Number(Number::from_f64(number).ok_or_else(|| NotInJson(key.to_owned()))?),
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| value_to_json(key, item))
                .collect::<Result<_, _>>()?,
        ),
        toml::Value::Table(table) => Value::Object(to_json(table)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_reaches_the_plugin() {
        let table = toml::from_str("a = 1\nb = 0.5\nc = ['x', true]\nd = 2026-01-02\ne.f = {}").unwrap();
        let json = Value::Object(to_json(table).unwrap());
        assert_eq!(
            json.to_string(),
            r#"{"a":1,"b":0.5,"c":["x",true],"d":"2026-01-02","e":{"f":{}}}"#
        );
    }

    #[test]
    fn a_number_that_json_has_not_is_named_and_not_turned_into_null() {
        let table = toml::from_str("a.b = [1.0, nan]").unwrap();
        assert_eq!(to_json(table), Err(NotInJson("b".to_owned())));
    }
}
