//! The alert: one notice of a detector in one shape, whichever detector sent it.
//!
//! A decoder a detector lives beside this file. Decoding is pure: bytes in, an [`Alert`] or a named error out.

mod body;
mod capitals;
mod decoders;
mod detector;
mod document;
mod envelope;
pub mod error;
pub mod guardduty;
pub mod mapping;
pub mod namespace;
mod object;
mod observation;
mod place;
pub mod printable;
mod recognise;
mod remote;
pub mod security_hub;
pub mod stealthwatch;
mod text;
pub mod time;

use std::{collections::BTreeMap, net::IpAddr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    body::MOST_BYTES as MOST_BODY_BYTES,
    decoders::Decoders,
    detector::{Detector, DetectorName, NotADetector},
    error::DecodeError,
    mapping::Mapping,
    observation::Observation,
    place::Place,
    recognise::recognise,
    remote::Remote,
    text::MAX_BYTES,
};

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
    /// What one detector has to add, by name. The names of GuardDuty are in [`guardduty::decode`], those of Security Hub in
    /// [`security_hub::decode`].
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
