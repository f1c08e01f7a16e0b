//! Where something is in an alert: a JSON Pointer (RFC 6901), with `*` for every element of a list.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// How many values a pointer with `*` is meant to lead to at most. One more is looked for, so that it shows.
pub(super) const MOST_VALUES: usize = 10_000;

/// How many characters of a text that is no pointer an error repeats.
const SHOWN: usize = 80;

/// A JSON Pointer: `/a/b` leads to the value of the key `b` in the value of the key `a`, `/a/0` to the first element of the list `a`. `~1` stands for `/` in
/// a key and `~0` for `~`. A step that is `*` leads to every element of a list, which RFC 6901 has not; a key that is called `*` can't be pointed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    steps: Vec<String>,
}

/// A text that is no pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a JSON Pointer: {why}")]
pub struct NotAPointer {
    text: String,
    why: String,
}

impl Pointer {
    /// The value that it leads to. Null if there is none. If it leads to several, the first.
    pub fn value<'a>(&self, document: &'a Value) -> &'a Value {
        self.values(document).next().unwrap_or(&Value::Null)
    }

    /// Every value that it leads to, in their order.
    pub fn values<'a>(&self, document: &'a Value) -> impl Iterator<Item = &'a Value> + use<'a> {
        let mut values = vec![document];
        for step in &self.steps {
            let next = |value: &'a Value| -> Vec<&'a Value> {
                match value {
                    Value::Array(items) if step == "*" => items.iter().collect(),
                    Value::Array(items) => index(step).and_then(|index| items.get(index)).into_iter().collect(),
                    Value::Object(members) => members.get(step).into_iter().collect(),
                    _ => Vec::new(),
                }
            };
            values = values.into_iter().flat_map(next).take(MOST_VALUES + 1).collect();
        }
        values.into_iter()
    }

    /// Whether it may lead to several values.
    pub fn is_many(&self) -> bool {
        self.steps.iter().any(|step| step == "*")
    }

    /// The steps, with `~0` and `~1` read.
    pub(in crate::alert) fn steps(&self) -> &[String] {
        &self.steps
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// An index as RFC 6901 has it: no sign, no zero in front.
fn index(step: &str) -> Option<usize> {
    let is_index = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    is_index.then(|| step.parse().ok()).flatten()
}

impl FromStr for Pointer {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let wrong = |why: String| NotAPointer {
            text: text.chars().take(SHOWN).flat_map(char::escape_debug).collect(),
            why,
        };
        let rest = match text.strip_prefix('/') {
            Some(rest) => rest,
            None if text.is_empty() => {
                return Ok(Self {
                    text: String::new(),
                    steps: Vec::new(),
                });
            }
            None => {
                let meant = text.trim_start_matches("$.").replace(['.', ' '], "/");
                return Err(wrong(format!(
                    "it must begin with `/`, perhaps `/{}`",
                    meant.escape_debug()
                )));
            }
        };
        let step = |step: &str| {
            let mut parts = step.split('~');
            let mut read = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let (sign, after) = match (part.strip_prefix('0'), part.strip_prefix('1')) {
                    (Some(after), _) => ('~', after),
                    (_, Some(after)) => ('/', after),
                    _ => return Err(wrong("`~` is written `~0`, and `/` in a key `~1`".to_owned())),
                };
                read.push(sign);
                read.push_str(after);
            }
            Ok(read)
        };
        Ok(Self {
            steps: rest.split('/').map(step).collect::<Result<_, _>>()?,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// By a visitor, because only then does an error in a list carry the place of the element.
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Pointer;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Pointer, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Pointer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pointer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(/([^~]|~[01])*)?$",
            "examples": ["/rule/description", "/events/*/source"],
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn at(pointer: &str) -> String {
        let document = json!({
            "a": {"b": 1, "": 2, "x/y": 3, "m~n": 4, "0": 5},
            "l": [{"ip": "one"}, {"ip": "two"}, 7, {"ip": ["three", "four"]}],
        });
        let pointer: Pointer = pointer.parse().unwrap();
        let values: Vec<_> = pointer.values(&document).map(ToString::to_string).collect();
        values.join(" ")
    }

    #[rstest]
    #[case::a_key_in_a_key("/a/b", "1")]
    #[case::an_empty_key("/a/", "2")]
    #[case::a_slash_in_a_key("/a/x~1y", "3")]
    #[case::a_tilde_in_a_key("/a/m~0n", "4")]
    #[case::a_key_that_looks_like_an_index("/a/0", "5")]
    #[case::an_element("/l/2", "7")]
    #[case::every_element("/l/*/ip", r#""one" "two" ["three","four"]"#)]
    #[case::every_element_of_every_element("/l/*/ip/*", r#""three" "four""#)]
    #[case::nothing("/a/c/d", "")]
    #[case::no_such_element("/l/4", "")]
    #[case::no_index("/l/02", "")]
    #[case::a_star_in_an_object("/a/*", "")]
    fn a_pointer_leads_to(#[case] pointer: &str, #[case] values: &str) {
        assert_eq!(at(pointer), values);
    }

    #[test]
    fn the_empty_pointer_is_the_whole_alert() {
        let document = json!({"a": 1});
        assert_eq!("".parse::<Pointer>().unwrap().value(&document), &document);
    }

    #[test]
    fn who_writes_another_notation_is_told_how_it_is_meant() {
        let refused = |text: &str| text.parse::<Pointer>().unwrap_err().to_string();
        insta::assert_snapshot!(refused("rule.level"), @"`rule.level` is not a JSON Pointer: it must begin with `/`, perhaps `/rule/level`");
        insta::assert_snapshot!(refused("$.rule"), @"`$.rule` is not a JSON Pointer: it must begin with `/`, perhaps `/rule`");
        insta::assert_snapshot!(refused("/a~b"), @"`/a~b` is not a JSON Pointer: `~` is written `~0`, and `/` in a key `~1`");
    }

    #[test]
    fn lists_in_lists_do_not_fill_the_memory() {
        let inner: Vec<_> = (0..1000).collect();
        let document = json!(vec![inner; 1000]);
        assert_eq!(
            "/*/*".parse::<Pointer>().unwrap().values(&document).count(),
            MOST_VALUES + 1
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_is_read_is_written_the_same(text in ".*|(/([a-z~01*]|é)*)*") {
            if let Ok(pointer) = text.parse::<Pointer>() {
                prop_assert_eq!(pointer.as_str(), &text);
                pointer.value(&json!([{"a": [1]}, null]));
            }
        }
    }
}
