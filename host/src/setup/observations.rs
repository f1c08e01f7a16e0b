//! Where the observations of alerts come from that do not carry them.

use std::sync::Arc;

use super::SetupError;
use crate::{
    config::{Cloud, Config, Simulated, StealthwatchCloud},
    fact::{
        NoObservations, ObservationSource,
        stealthwatch::{SavedObservations, StealthwatchApi, StealthwatchOptions},
    },
    secret::Secrets,
};

/// The source as the configuration says.
pub(super) fn observations(config: &Config, secrets: &Secrets) -> Result<Arc<dyn ObservationSource>, SetupError> {
    if let Cloud::Simulated(Simulated {
        observations: Some(directory),
        ..
    }) = &config.cloud
    {
        return Ok(Arc::new(SavedObservations::in_directory(directory)));
    }
    if let Some(api) = &config.stealthwatch_cloud {
        return Ok(Arc::new(StealthwatchApi::new(options(api, secrets)?)?));
    }
    tracing::warn!(
        "[stealthwatch-cloud] is not configured: its alerts are taken, but without their observations nobody can be blocked"
    );
    Ok(Arc::new(NoObservations))
}

pub(super) fn options(api: &StealthwatchCloud, secrets: &Secrets) -> Result<StealthwatchOptions, SetupError> {
    Ok(StealthwatchOptions {
        base_url: api.base_url.clone(),
        user: api.user.clone(),
        key: secrets.live(&api.key)?,
        timeout: api.timeout.0,
        max_pages: api.max_pages,
        max_bytes: api.max_bytes,
        attempts: api.attempts,
    })
}
