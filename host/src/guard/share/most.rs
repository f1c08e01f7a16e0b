//! The most of something: a number, or a share of the whole.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How many instances may be changed within an hour. Written as a number, or as a share such as `"10%"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    /// So many of a VPC, and of an Auto Scaling group: 0 to 1000.
    Instances(u32),
    /// So many of a hundred: 1 to 100. Rounded down, and one at least, so that a small VPC can be defended as well.
    Percent(u8),
}

/// The greatest number.
const GREATEST: u64 = 1000;

impl Most {
    /// How many that is where there are `whole`.
    pub(super) fn of(self, whole: Option<usize>) -> Result<usize, String> {
        match self {
            Self::Instances(number) => Ok(usize::try_from(number).unwrap_or(usize::MAX)),
            Self::Percent(percent) => {
                let whole = whole.ok_or("how many instances there are is not known, so that no share can be told")?;
                Ok((whole.saturating_mul(percent.into()) / 100).max(1))
            }
        }
    }
}

impl fmt::Display for Most {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instances(number) => number.fmt(formatter),
            Self::Percent(percent) => write!(formatter, "{percent}%"),
        }
    }
}

impl Serialize for Most {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Instances(number) => number.serialize(serializer),
            Self::Percent(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Most {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MostVisitor)
    }
}

struct MostVisitor;

impl de::Visitor<'_> for MostVisitor {
    type Value = Most;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "a whole number from 0 to {GREATEST}, or a share from \"1%\" to \"100%\""
        )
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Most, E> {
        let wrong = || E::invalid_value(de::Unexpected::Unsigned(number), &self);
        let number = u32::try_from(number)
            .ok()
            .filter(|number| u64::from(*number) <= GREATEST);
        number.map(Most::Instances).ok_or_else(wrong)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Most, E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) => Err(E::invalid_value(de::Unexpected::Signed(number), &self)),
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Most, E> {
        let percent = text.strip_suffix('%').and_then(|number| number.trim_end().parse().ok());
        let percent = percent.filter(|percent| (1..=100).contains(percent));
        let wrong = || E::invalid_value(de::Unexpected::Str(text), &self);
        percent.map(Most::Percent).ok_or_else(wrong)
    }
}

impl JsonSchema for Most {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Most".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": GREATEST },
                { "type": "string", "pattern": "^(100|[1-9][0-9]?) *%$" },
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Table {
        most: Most,
    }

    fn read(most: &str) -> Result<Most, String> {
        let table: Result<Table, _> = toml::from_str(&format!("most = {most}"));
        table
            .map(|table| table.most)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn it_is_a_number_or_a_share_and_is_written_as_it_was_read() {
        for (text, most) in [
            ("3", Most::Instances(3)),
            ("0", Most::Instances(0)),
            ("\"10%\"", Most::Percent(10)),
        ] {
            assert_eq!(read(text).unwrap(), most);
            assert_eq!(toml::to_string(&Table { most }).unwrap(), format!("most = {text}\n"));
        }
        assert_eq!(read("\"25 %\"").unwrap(), Most::Percent(25));
    }

    #[test]
    fn what_is_neither_is_refused_with_what_may_stand_there() {
        for wrong in ["1001", "-1", "\"0%\"", "\"101%\"", "\"10\"", "\"%\"", "1.5", "true"] {
            let error = read(wrong).unwrap_err();
            assert!(
                error.ends_with("expected a whole number from 0 to 1000, or a share from \"1%\" to \"100%\""),
                "{wrong}: {error}"
            );
        }
    }

    #[test]
    fn a_share_is_rounded_down_and_is_one_at_least() {
        for (whole, most) in [(1000, 100), (19, 1), (20, 2), (3, 1), (0, 1)] {
            assert_eq!(Most::Percent(10).of(Some(whole)), Ok(most));
        }
        assert!(Most::Percent(10).of(None).is_err());
        assert_eq!(Most::Instances(3).of(None), Ok(3));
    }
}
