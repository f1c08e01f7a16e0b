//! The alert: one notice of a detector in one shape, whichever detector sent it.
//!
//! A decoder a detector lives beside this file. Decoding is pure: bytes in, an [`Alert`] or a named error out.

mod capitals;
mod envelope;
pub mod error;
pub mod guardduty;
pub mod namespace;
mod object;
mod place;
pub mod printable;
pub mod stealthwatch;
mod text;
pub mod time;

use std::{collections::BTreeMap, fmt, net::IpAddr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{error::DecodeError, place::Place, text::MAX_BYTES};

/// What raised an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Detector {
    /// Cisco Stealthwatch Cloud, also called Secure Cloud Analytics.
    StealthwatchCloud,
    /// Amazon GuardDuty.
    #[serde(rename = "guardduty")]
    GuardDuty,
}

impl Detector {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::StealthwatchCloud, Self::GuardDuty];

    /// Its name as it stands in the configuration, in paths and in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::StealthwatchCloud => "stealthwatch-cloud",
            Self::GuardDuty => "guardduty",
        }
    }
}

impl fmt::Display for Detector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Reads bytes as an alert of a detector.
pub fn decode(detector: Detector, bytes: &[u8]) -> Result<Alert, DecodeError> {
    match detector {
        Detector::StealthwatchCloud => stealthwatch::decode(bytes),
        Detector::GuardDuty => guardduty::decode(bytes),
    }
}

/// The detector whose alert this is by its look, for a door that several detectors send to. What looks like nobody's is taken for an alert of
/// Stealthwatch Cloud, whose decoder then says what is wrong with it.
pub fn recognise(text: &str) -> Detector {
    if guardduty::is_of_guardduty(text) {
        Detector::GuardDuty
    } else {
        Detector::StealthwatchCloud
    }
}

/// One notice of a detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The detector's own id. Unique for one detector; the same id again is a re-offence.
    pub id: String,
    /// What raised it.
    pub detector: Detector,
    /// The detector's own name of what happened, for example `Excessive Access Attempts (External)`.
    pub kind: String,
    /// One line for a person.
    pub title: String,
    /// The detector's longer text, or empty.
    pub description: String,
    /// How bad the detector says it is, 0 to 100.
    pub severity: Option<u8>,
    /// When it happened, if the detector says so readably.
    pub time: Option<Timestamp>,
    /// Whether it only tests the channel. Never causes a write.
    pub test: bool,
    /// Whether it is closed already. Never causes a write.
    pub resolved: bool,
    /// The customer's own side.
    pub source: Source,
    /// Where in AWS it concerns.
    pub place: Place,
    /// What one detector has to add, by name. The names of GuardDuty are in [`guardduty::decode`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, String>,
    /// The alert as the detector sent it, JSON text.
    #[serde(skip)]
    pub raw: String,
}

/// The customer's own device that an alert is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// An instance id, an address, a host name, or a word such as `Network`.
    pub name: String,
    /// Its addresses: never to be blocked.
    pub addresses: Vec<IpAddr>,
    /// Its host names.
    pub host_names: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detector_has_the_same_name_everywhere() {
        for detector in Detector::ALL {
            assert_eq!(serde_json::to_value(detector).unwrap(), detector.name());
        }
    }
}
