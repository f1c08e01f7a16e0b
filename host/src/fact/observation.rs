//! Observations: what the detector saw and that led to an alert.

use async_trait::async_trait;

use super::FactError;
pub use crate::alert::Observation;
use crate::alert::{Alert, Decoders};

/// The observations that an alert carries in itself. None if its detector has to be asked for them.
pub fn carried(alert: &Alert, decoders: &Decoders) -> Option<Result<Vec<Observation>, FactError>> {
    let not_known = |error| FactError::NotKnown(format!("the observations of alert {}: {error}", alert.id));
    Some(decoders.observations(alert)?.map_err(not_known))
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
