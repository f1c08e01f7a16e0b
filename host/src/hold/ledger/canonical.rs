//! One text for one value: JSON with sorted keys and no spaces.

use serde_json::Value;

/// The text. Keys are sorted by their bytes, which is the order of their code points.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            text.push('{');
            for (index, (key, value)) in fields.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(&Value::from(key.as_str()), text);
                text.push(':');
                write(value, text);
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(value, text);
            }
            text.push(']');
        }
        // A value's own form has no spaces.
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth_and_nothing_stands_between() {
        let value = json!({"b": [{"z": 1, "a": null}, true], "a": "a \"b\" é\n\u{1f}", "": {}});
        assert_eq!(
            canonical(&value),
            "{\"\":{},\"a\":\"a \\\"b\\\" é\\n\\u001f\",\"b\":[{\"a\":null,\"z\":1},true]}"
        );
    }
}
