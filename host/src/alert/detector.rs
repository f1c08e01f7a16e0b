//! The detector: what raised an alert.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How many letters a detector's name has at most. It stands in paths, in names of files and in every line of the log.
const LONGEST_NAME: usize = 40;

/// What raised an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Detector {
    /// Cisco Stealthwatch Cloud, also called Secure Cloud Analytics.
    StealthwatchCloud,
    /// Amazon GuardDuty.
    GuardDuty,
    /// AWS Security Hub, which passes on what others found: in its own finding format (ASFF), or in OCSF.
    SecurityHub,
    /// One that the configuration names, with a mapping from its JSON to an alert.
    Mapped(DetectorName),
}

/// The name of a detector that the configuration names. It is kept in place, so that a [`Detector`] can be handed around like a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DetectorName {
    letters: [u8; LONGEST_NAME],
    length: u8,
}

/// A text that is no name of a detector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not the name of a detector: 1 to {LONGEST_NAME} small letters, digits and `-`, the first a letter, such as `wazuh`"
)]
pub struct NotADetector(String);

impl Detector {
    /// Those that Quell knows without a mapping.
    pub const BUILT_IN: [Self; 3] = [Self::StealthwatchCloud, Self::GuardDuty, Self::SecurityHub];

    /// Its name as it stands in the configuration, in paths and in the contract.
    pub fn name(&self) -> &str {
        match self {
            Self::StealthwatchCloud => "stealthwatch-cloud",
            Self::GuardDuty => "guardduty",
            Self::SecurityHub => "security-hub",
            Self::Mapped(name) => name.as_str(),
        }
    }
}

impl DetectorName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        // Nothing but ASCII gets in.
        self.letters
            .get(..usize::from(self.length))
            .and_then(|letters| std::str::from_utf8(letters).ok())
            .unwrap_or_default()
    }
}

impl FromStr for Detector {
    type Err = NotADetector;

    /// The detector of this name: one of [`Self::BUILT_IN`], or else one that a configuration has to name.
    fn from_str(text: &str) -> Result<Self, NotADetector> {
        let mut built_in = Self::BUILT_IN.into_iter();
        match built_in.find(|detector| detector.name() == text) {
            Some(detector) => Ok(detector),
            None => text.parse().map(Self::Mapped),
        }
    }
}

impl FromStr for DetectorName {
    type Err = NotADetector;

    fn from_str(text: &str) -> Result<Self, NotADetector> {
        let not_one = || NotADetector(text.chars().take(LONGEST_NAME).flat_map(char::escape_debug).collect());
        let is_taken = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) || !text.bytes().all(is_taken) {
            return Err(not_one());
        }
        let mut letters = [0; LONGEST_NAME];
        let place = letters.get_mut(..text.len()).ok_or_else(not_one)?;
        place.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).map_err(|_| not_one())?;
        Ok(Self { letters, length })
    }
}

impl fmt::Display for Detector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for DetectorName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

impl Serialize for Detector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Detector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// By a visitor, because only then does an error in a list of the configuration carry the place of the element.
        struct Name;

        impl de::Visitor<'_> for Name {
            type Value = Detector;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Detector, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Name)
    }
}

impl JsonSchema for Detector {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Detector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": format!("^[a-z][a-z0-9-]{{0,{}}}$", LONGEST_NAME - 1),
            "examples": Self::BUILT_IN.map(|detector| detector.name().to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detector_has_the_same_name_everywhere() {
        let own: Detector = "wazuh-4".parse().unwrap();
        assert_eq!(own.to_string(), "wazuh-4");
        assert_eq!(format!("{own:?}"), r#"Mapped("wazuh-4")"#);
        for detector in Detector::BUILT_IN.into_iter().chain([own]) {
            let name = serde_json::to_value(detector).unwrap();
            assert_eq!(name, detector.name());
            assert_eq!(serde_json::from_value::<Detector>(name).unwrap(), detector);
        }
    }

    #[test]
    fn a_name_fits_into_a_path_and_a_line_of_the_log() {
        let longest = "a".repeat(LONGEST_NAME);
        assert_eq!(longest.parse::<Detector>().unwrap().name(), longest);
        for wrong in [
            "",
            "Wazuh",
            "4wazuh",
            "-",
            "wa zuh",
            "wa/zuh",
            "wázuh",
            "a\n",
            &format!("{longest}a"),
        ] {
            wrong.parse::<Detector>().unwrap_err();
        }
        insta::assert_snapshot!("Wa\u{1b}zuh".parse::<Detector>().unwrap_err(), @r"`Wa\u{1b}zuh` is not the name of a detector: 1 to 40 small letters, digits and `-`, the first a letter, such as `wazuh`");
    }
}
