//! A JSON object whose values keep their position in the text, so that an error can say where it is.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};

use super::{
    capitals::uncapitalised_key,
    error::{DecodeError, Position},
};

/// How deep objects and arrays may lie within one another. Real alerts have 4 levels, and readers of the raw text (plugins) stop at
/// 128 or below.
const MAX_DEPTH: usize = 64;

/// An object's keys with the text of their values. Values are parsed when they are asked for.
pub(in crate::alert) struct Object<'text> {
    /// The whole text, of which the object may be a part.
    text: &'text str,
    values: BTreeMap<String, &'text str>,
}

impl<'text> Object<'text> {
    /// Reads the one object that `text` must be.
    pub(super) fn read(text: &'text str) -> Result<Self, DecodeError> {
        Self::read_part(text, text)
    }

    /// The object at `key`; None if there is no such key or its value is not an object.
    pub(super) fn object(&self, key: &str) -> Result<Option<Self>, DecodeError> {
        match self.values.get(key) {
            Some(part) if part.starts_with('{') => Self::read_part(self.text, part).map(Some),
            _ => Ok(None),
        }
    }

    /// The text of the value at `key`, a part of the whole text.
    pub(super) fn text(&self, key: &str) -> Option<&'text str> {
        self.values.get(key).copied()
    }

    /// The texts of the elements of the list at `key`, each a part of the whole text; None if there is no such key or its value is not a list.
    pub(super) fn elements(&self, key: &str) -> Option<Vec<&'text str>> {
        elements(self.values.get(key)?)
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The value at `key`; None if there is no such key, or its value is null or can't be represented (a number too large for any type,
    /// half of a surrogate pair).
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        let value = serde_json::from_str(self.values.get(key)?).ok()?;
        (value != Value::Null).then_some(value)
    }

    /// The value at `key` as `read` takes it; an error if there is no such key or `read` does not take its value.
    pub(super) fn required<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<T, DecodeError> {
        let part = self.values.get(key).ok_or(DecodeError::MissingKey { key, expected })?;
        let value = serde_json::from_str(part).ok();
        value.and_then(read).ok_or_else(|| DecodeError::WrongType {
            key,
            position: position_of(self.text, part),
            expected,
            found: kind_of(part),
        })
    }

    /// The same with the first letter of each key made small.
    pub(super) fn uncapitalised(self) -> Result<Self, DecodeError> {
        let mut values = BTreeMap::new();
        for (key, part) in self.values {
            let key = uncapitalised_key(&key);
            if values.contains_key(&key) {
                let position = position_of(self.text, part);
                return Err(DecodeError::RepeatedKey { key, position });
            }
            values.insert(key, part);
        }
        Ok(Self { values, ..self })
    }

    fn read_part(text: &'text str, part: &'text str) -> Result<Self, DecodeError> {
        let members: Members<'text> = serde_json::from_str(part).map_err(|source| {
            if source.is_data() {
                return DecodeError::NotAnObject { found: kind_of(part) };
            }
            // Only the whole text can fail here: a part of it has been parsed before.
            let position = Position {
                line: source.line(),
                column: source.column(),
            };
            DecodeError::NotJson { position, source }
        })?;
        refuse_too_deep(text, part)?;
        let mut values = BTreeMap::new();
        for (key, raw) in members.0 {
            if values.contains_key(&key) {
                let position = position_of(text, raw.get());
                return Err(DecodeError::RepeatedKey { key, position });
            }
            values.insert(key, raw.get());
        }
        Ok(Self { text, values })
    }
}

/// The texts of a list's elements; None if the text is no list.
pub(super) fn elements(list: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// Where `part` begins in `text`, of which it is a slice.
fn position_of(text: &str, part: &str) -> Position {
    let offset = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    Position::of(text.as_bytes(), offset)
}

/// What a JSON text is, by its first character.
fn kind_of(json: &str) -> &'static str {
    match json.trim_ascii_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Refuses a part of a text that is nested deeper than any real alert.
pub(super) fn refuse_too_deep(text: &str, part: &str) -> Result<(), DecodeError> {
    match too_deep(part) {
        Some(offset) => Err(DecodeError::TooDeep {
            position: position_of(text, part.get(offset..).unwrap_or_default()),
            limit: MAX_DEPTH,
        }),
        None => Ok(()),
    }
}

/// The offset of the first bracket of valid JSON that opens a level too many. serde_json skips over the values it is not asked
/// to parse without a limit, so this is counted here.
fn too_deep(json: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    for (offset, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Some(offset);
                }
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The members of an object in their order, repeated keys included: serde_json's own map keeps only the last.
struct Members<'text>(Vec<(String, &'text RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
