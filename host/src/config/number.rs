//! A whole number in a range, so that a value out of range can't get past the file.

use std::{borrow::Cow, fmt, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A whole number from `LEAST` to `MOST`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounded<T, const LEAST: u64, const MOST: u64>(T);

impl<T: Copy + TryFrom<u64>, const LEAST: u64, const MOST: u64> Bounded<T, LEAST, MOST> {
    /// The number if it is in the range.
    pub fn new(number: u64) -> Option<Self> {
        (LEAST..=MOST)
            .contains(&number)
            .then(|| T::try_from(number).ok().map(Self))
            .flatten()
    }

    /// The number.
    pub fn get(self) -> T {
        self.0
    }
}

impl<T: Copy, const LEAST: u64, const MOST: u64> Bounded<T, LEAST, MOST> {
    /// A default that stands in the source; a test reads every default through the file's own checks.
    pub(super) const fn default_of(number: T) -> Self {
        Self(number)
    }
}

impl<T: fmt::Display, const LEAST: u64, const MOST: u64> fmt::Display for Bounded<T, LEAST, MOST> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<T: Serialize, const LEAST: u64, const MOST: u64> Serialize for Bounded<T, LEAST, MOST> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Copy + TryFrom<u64>, const LEAST: u64, const MOST: u64> Deserialize<'de> for Bounded<T, LEAST, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(NumberVisitor(PhantomData))
    }
}

struct NumberVisitor<T, const LEAST: u64, const MOST: u64>(PhantomData<T>);

impl<T: Copy + TryFrom<u64>, const LEAST: u64, const MOST: u64> de::Visitor<'_> for NumberVisitor<T, LEAST, MOST> {
    type Value = Bounded<T, LEAST, MOST>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a whole number from {LEAST} to {MOST}")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Bounded::new(number).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        let wrong = || E::invalid_value(de::Unexpected::Signed(number), &self);
        u64::try_from(number).ok().and_then(Bounded::new).ok_or_else(wrong)
    }
}

impl<T, const LEAST: u64, const MOST: u64> JsonSchema for Bounded<T, LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("From{LEAST}To{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": LEAST, "maximum": MOST })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        width: Bounded<u8, 8, 32>,
    }

    #[test]
    fn both_ends_of_the_range_are_in_it() {
        for width in [8, 32] {
            let table: Table = toml::from_str(&format!("width = {width}")).unwrap();
            assert_eq!(table.width.get(), width);
        }
    }

    #[test]
    fn what_is_out_of_range_negative_or_no_number_is_refused() {
        for wrong in ["7", "33", "-1", "1.5", "'24'", "4294967304"] {
            let error = toml::from_str::<Table>(&format!("width = {wrong}")).unwrap_err();
            assert!(
                error.message().ends_with("expected a whole number from 8 to 32"),
                "{error}"
            );
        }
    }
}
