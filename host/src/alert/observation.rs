//! Observations: what the detector saw and that led to an alert.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that the detector saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The detector's id of it.
    pub id: String,
    /// The detector's name of this kind of observation, or empty.
    pub kind: String,
    /// When it was seen.
    pub time: Option<Timestamp>,
    /// The observation as the detector has it: the text of a JSON object.
    pub raw: String,
}
