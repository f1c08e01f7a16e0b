//! JSON as text: kept token by token, because a number or the order of keys that was read and written again may be another.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::Error as _};
use serde_json::value::RawValue;

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

/// How long a line may become before its value is broken into several.
const WIDTH: usize = 120;

/// Valid JSON without white space between its tokens.
fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    tokens(json, |token| compact.push_str(token));
    compact
}

/// Valid JSON made readable: indented, and each array or object that fits into a line on one. Tokens stay as they are.
pub fn indented(json: &str) -> String {
    let mut all = Vec::new();
    tokens(json, |token| all.push(token));
    let mut text = String::with_capacity(json.len() * 2);
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        rest = write(&mut text, rest, 0, 0);
    }
    text
}

/// Writes the value that `tokens` begin with, on a line that has `used` columns already, and gives back the tokens after it.
fn write<'a, 'json>(text: &mut String, tokens: &'a [&'json str], depth: usize, used: usize) -> &'a [&'json str] {
    let Some((first, rest)) = tokens.split_first() else {
        return tokens;
    };
    text.push_str(first);
    let Some(close) = closing(first) else {
        return rest;
    };
    if let Some((line, rest)) = on_one_line(tokens, WIDTH.saturating_sub(used)) {
        text.truncate(text.len() - first.len());
        text.push_str(&line);
        return rest;
    }
    let mut rest = rest;
    loop {
        let indent = (depth + 1) * 2;
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', indent));
        let mut used = indent;
        if let [key, ":", after @ ..] = rest {
            text.push_str(key);
            text.push_str(": ");
            used += key.chars().count() + 2;
            rest = after;
        }
        rest = write(text, rest, depth + 1, used);
        match rest.split_first() {
            Some((&",", after)) => {
                text.push(',');
                rest = after;
            }
            Some((_, after)) => {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', depth * 2));
                text.push_str(close);
                return after;
            }
            None => return rest,
        }
    }
}

/// The array or object that `tokens` begin with as one line of at most `room` columns, a comma after it included, and the tokens after it; None if it is longer.
fn on_one_line<'a, 'json>(tokens: &'a [&'json str], room: usize) -> Option<(String, &'a [&'json str])> {
    let mut line = String::new();
    let mut depth = 0_usize;
    let mut columns = 0;
    for (at, token) in tokens.iter().enumerate() {
        let before = tokens.get(at.wrapping_sub(1)).copied().unwrap_or_default();
        let is_space_before = match *token {
            "]" | ":" | "," => false,
            "}" => before != "{",
            _ => matches!(before, ":" | "," | "{"),
        };
        columns += token.chars().count() + usize::from(is_space_before);
        if columns >= room {
            return None;
        }
        if is_space_before {
            line.push(' ');
        }
        line.push_str(token);
        match *token {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some((line, tokens.get(at + 1..).unwrap_or_default()));
        }
    }
    None
}

/// Where a token of a key or a value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The keys around it, from the outermost to the nearest; its own is not among them if it is a key.
    pub keys: &'a [String],
    /// Whether it is a key.
    pub is_key: bool,
}

/// Valid JSON with some of its keys and values (texts, numbers, words) written anew: those that `rewrite` gives another token for.
pub fn rewritten(json: &str, mut rewrite: impl FnMut(Place<'_>, &str) -> Option<String>) -> String {
    let mut text = String::with_capacity(json.len());
    // One for each object or array that is open: whether it is an object that waits for a key.
    let mut waits_for_key: Vec<Option<bool>> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    tokens(json, |token| {
        match (token, waits_for_key.last_mut()) {
            ("{", _) => waits_for_key.push(Some(true)),
            ("[", _) => waits_for_key.push(None),
            ("}" | "]", _) => {
                // An empty object has no key to forget.
                if waits_for_key.pop() == Some(Some(false)) {
                    keys.pop();
                }
            }
            (",", Some(Some(waits))) => {
                keys.pop();
                *waits = true;
            }
            ("," | ":", _) => {}
            (_, Some(Some(waits @ true))) => {
                *waits = false;
                let place = Place {
                    keys: &keys,
                    is_key: true,
                };
                let new = rewrite(place, token);
                text.push_str(new.as_deref().unwrap_or(token));
                keys.push(unquoted(token));
                return;
            }
            _ => {
                let place = Place {
                    keys: &keys,
                    is_key: false,
                };
                let new = rewrite(place, token);
                text.push_str(new.as_deref().unwrap_or(token));
                return;
            }
        }
        text.push_str(token);
    });
    text
}

/// What a token of a text says. A text that no Rust text can hold (half of a surrogate pair) is given as it is written.
pub fn unquoted(token: &str) -> String {
    serde_json::from_str(token).unwrap_or_else(|_| token.trim_matches('"').to_owned())
}

fn closing(token: &str) -> Option<&'static str> {
    match token {
        "{" => Some("}"),
        "[" => Some("]"),
        _ => None,
    }
}

/// Hands over the tokens of valid JSON one by one: a text with its quotes, a bracket, a comma, a colon, a number or a word.
fn tokens<'json>(json: &'json str, mut take: impl FnMut(&'json str)) {
    let bytes = json.as_bytes();
    let mut start = 0;
    while let Some(first) = bytes.get(start) {
        let rest = bytes.get(start + 1..).unwrap_or_default();
        let length = match first {
            b' ' | b'\t' | b'\n' | b'\r' => {
                start += 1;
                continue;
            }
            b'"' => 1 + text_length(rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => {
                let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'}' | b']' | b':');
                1 + rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        take(json.get(start..start + length).unwrap_or_default());
        start += length;
    }
}

/// How many bytes a text has after its opening quote, the closing one included.
fn text_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_stay_as_they_came() {
        let text =
            "{ \"b\" : 1.00e2,\n\t\"a\":[ ] , \"a\": \"x \\\" \\ud800 }\", \"big\":123456789012345678901234567890 }";
        let json = JsonText::read(text).unwrap();
        insta::assert_snapshot!(json.as_str(), @r#"{"b":1.00e2,"a":[],"a":"x \" \ud800 }","big":123456789012345678901234567890}"#);
        assert_eq!(serde_json::to_string(&json).unwrap(), json.as_str());
    }

    #[test]
    fn what_is_short_stands_on_one_line_and_what_is_long_on_several() {
        let long = "x".repeat(90);
        let json = format!(r#"{{"short":{{"a":[1,2,{{}}],"b":null}},"long":["{long}",{{"a":"{long}"}}],"empty":[]}}"#);
        insta::assert_snapshot!(indented(&json), @r#"
        {
          "short": { "a": [1, 2, {}], "b": null },
          "long": [
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            { "a": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }
          ],
          "empty": []
        }
        "#);
    }

    #[test]
    fn keys_and_values_are_rewritten_with_the_keys_around_them_known() {
        let json = r#"{"a":{},"b":[1,{"c":"x"}],"d":{"e":{"f":null}}}"#;
        let mut seen = Vec::new();
        let new = rewritten(json, |place, token| {
            seen.push(format!(
                "{}{token}{}",
                place.keys.join("."),
                if place.is_key { " key" } else { "" }
            ));
            (token == "1").then(|| "2".to_owned())
        });
        assert_eq!(new, json.replace('1', "2"));
        insta::assert_snapshot!(seen.join("\n"), @r#"
        "a" key
        "b" key
        b1
        b"c" key
        b.c"x"
        "d" key
        d"e" key
        d.e"f" key
        d.e.fnull
        "#);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[ -~\u{e9}\n]{0,60}".prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("[a-z\"\\\\]{1,9}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn indented_json_is_the_same_json(value in json()) {
            let compacted = value.to_string();
            let indented = indented(&compacted);
            prop_assert_eq!(compact(&indented), compacted);
            let is_short_or_one_token = |line: &str| line.chars().count() <= WIDTH || !line.trim().trim_end_matches(',').ends_with(['}', ']']);
            prop_assert!(indented.lines().all(is_short_or_one_token), "{}", indented);
        }
    }
}
