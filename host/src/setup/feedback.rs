//! Who tells detectors what was done.

use std::{sync::Arc, time::Duration};

use super::{SetupError, observations};
use crate::{
    config::{Config, Mode},
    feedback::{DetectorService, StealthwatchAlerts, Teller, Tellers},
    secret::Secrets,
};

/// As the configuration says. None if it says that nobody is told, or if nothing is done that could be told.
pub(super) fn tellers(config: &Config, secrets: &Secrets) -> Result<Option<Tellers>, SetupError> {
    let feedback = &config.feedback;
    let is_none = feedback.stealthwatch_cloud.is_none() && feedback.security_hub.is_none();
    if is_none || config.mode == Mode::Observe {
        return Ok(None);
    }
    let stealthwatch_cloud = match (&feedback.stealthwatch_cloud, &config.stealthwatch_cloud) {
        (Some(told), Some(api)) => {
            let mut options = observations::options(api, secrets)?;
            options.timeout = feedback.timeout.0;
            let alerts: Arc<dyn DetectorService> = Arc::new(StealthwatchAlerts::new(options, told.clone())?);
            Some(Teller {
                service: alerts,
                on_end: told.on_end,
            })
        }
        _ => None,
    };
    Ok(Some(Tellers {
        stealthwatch_cloud,
        security_hub: security_hub(config)?,
        pause: Duration::from_mins(1) / feedback.per_minute.get(),
    }))
}

#[cfg(feature = "aws")]
fn security_hub(config: &Config) -> Result<Option<Teller>, SetupError> {
    use crate::feedback::SecurityHub;

    let told = config.feedback.security_hub.as_ref();
    Ok(told.map(|told| Teller {
        service: Arc::new(SecurityHub::new(config.feedback.timeout.0, told.clone())),
        on_end: told.on_end,
    }))
}

#[cfg(not(feature = "aws"))]
fn security_hub(config: &Config) -> Result<Option<Teller>, SetupError> {
    match config.feedback.security_hub {
        Some(_) => Err(SetupError::WithoutAws),
        None => Ok(None),
    }
}
