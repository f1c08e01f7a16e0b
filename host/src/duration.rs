//! A duration as people write it in a configuration: `100ms`, `30s`, `1h 30m`, `7d`.

use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use jiff::{SignedDuration, Span, SpanRelativeTo};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A duration that is read and written as text, such as `100ms` or `1h 30m`. A day is 24 hours; months and years are
/// refused, because they have no fixed length. Never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HumanDuration(pub Duration);

impl HumanDuration {
    /// So many milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(Duration::from_millis(milliseconds))
    }

    /// So many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

/// A text that is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a duration ({reason}): write a number and a unit, such as `100ms`, `30s`, `1h 30m` or `7d`")]
pub struct NotADuration {
    text: String,
    reason: &'static str,
}

impl FromStr for HumanDuration {
    type Err = NotADuration;

    fn from_str(text: &str) -> Result<Self, NotADuration> {
        // The text comes from outside and may be long; the message must not be.
        let refuse = |reason| NotADuration {
            text: text.chars().take(64).collect(),
            reason,
        };
        // jiff's own errors speak of its types; who wrote a configuration does not know them.
        let span = Span::from_str(text).map_err(|_| refuse("it has no unit, or one that is not known"))?;
        let signed = span
            .to_duration(SpanRelativeTo::days_are_24_hours())
            .map_err(|_| refuse("months and years have no fixed length"))?;
        Duration::try_from(signed)
            .map(Self)
            .map_err(|_| refuse("it is negative"))
    }
}

impl TryFrom<String> for HumanDuration {
    type Error = NotADuration;

    fn try_from(text: String) -> Result<Self, NotADuration> {
        text.parse()
    }
}

impl From<HumanDuration> for String {
    fn from(duration: HumanDuration) -> Self {
        duration.to_string()
    }
}

impl From<HumanDuration> for Duration {
    fn from(duration: HumanDuration) -> Self {
        duration.0
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = SignedDuration::try_from(self.0).unwrap_or(SignedDuration::MAX);
        write!(formatter, "{signed:#}")
    }
}

impl JsonSchema for HumanDuration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration: numbers with units, such as `100ms`, `30s`, `1h 30m` or `7d`. A day is 24 hours.",
            "examples": ["100ms", "30s", "1h 30m", "7d"],
        })
    }
}

/// Measured durations as numbers of seconds, the unit that every metric of a duration has.
pub mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes a number of seconds.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    /// Reads a number of seconds.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A duration in JSON as a person writes it, as [`HumanDuration`] does. For `#[serde(with = "…")]`.
pub mod human {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::HumanDuration;

    /// Writes a text such as `1h 30m`.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        HumanDuration(*duration).serialize(serializer)
    }

    /// Reads a text such as `1h 30m`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        HumanDuration::deserialize(deserializer).map(|duration| duration.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Duration {
        text.parse::<HumanDuration>().unwrap().0
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(read("100ms"), Duration::from_millis(100));
        assert_eq!(read("30s"), Duration::from_secs(30));
        assert_eq!(read("1h 30m"), Duration::from_secs(5400));
        assert_eq!(read("7d"), Duration::from_secs(7 * 86400));
        assert_eq!(read("2 weeks"), Duration::from_secs(14 * 86400));
    }

    #[test]
    fn what_is_written_is_read_back_as_the_same() {
        for duration in [HumanDuration::from_millis(1500), HumanDuration::from_secs(90_061)] {
            assert_eq!(duration.to_string().parse(), Ok(duration));
        }
        insta::assert_snapshot!(HumanDuration::from_millis(100), @"100ms");
        insta::assert_snapshot!(HumanDuration::from_secs(5400), @"1h 30m");
    }

    #[test]
    fn what_is_no_duration_is_refused_with_the_remedy() {
        let refuse = |text: &str| text.parse::<HumanDuration>().unwrap_err().to_string();
        insta::assert_snapshot!(refuse("-5s"), @"`-5s` is not a duration (it is negative): write a number and a unit, such as `100ms`, `30s`, `1h 30m` or `7d`");
        insta::assert_snapshot!(refuse("5"), @"`5` is not a duration (it has no unit, or one that is not known): write a number and a unit, such as `100ms`, `30s`, `1h 30m` or `7d`");
        insta::assert_snapshot!(refuse("1 month"), @"`1 month` is not a duration (months and years have no fixed length): write a number and a unit, such as `100ms`, `30s`, `1h 30m` or `7d`");
    }
}
