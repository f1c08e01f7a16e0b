//! Observations: what the detector saw and that led to an alert.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FactError, guardduty};
use crate::alert::{Alert, Detector};

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

/// The observations that an alert carries in itself. None if its detector has to be asked for them.
pub fn carried(alert: &Alert) -> Option<Result<Vec<Observation>, FactError>> {
    match alert.detector {
        Detector::StealthwatchCloud => None,
        Detector::GuardDuty => Some(guardduty::observations(alert)),
    }
}

/// Where the observations of a detector's alerts are, if they have to be asked for.
#[async_trait]
pub trait ObservationSource: Send + Sync {
    /// All observations of an alert, by the detector's id of it, in an order that does not change.
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError>;
}

/// Stands in for a source that is not configured.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoObservations;

#[async_trait]
impl ObservationSource for NoObservations {
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError> {
        Err(FactError::NotPermitted(format!(
            "the observations of alert {alert_id}: no Stealthwatch Cloud API is configured; configure [stealthwatch-cloud] in quell.toml"
        )))
    }
}
