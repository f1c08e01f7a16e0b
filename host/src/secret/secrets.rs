//! What makes secrets live.

use std::{sync::Arc, time::Duration};

use super::{LiveSecret, SecretError, place::Remote};
use crate::config;

/// Makes secrets live, as `[secrets]` says. Those that are kept in AWS share credentials and connections, which are made when the first of them is needed.
pub struct Secrets {
    refresh: Duration,
    remote: Option<Arc<dyn Remote>>,
}

impl Secrets {
    /// As the configuration says. Nothing is called yet.
    #[cfg(feature = "aws")]
    pub fn new(config: &config::Secrets) -> Self {
        let amazon = super::amazon::Amazon::new(config.region.as_ref().map(ToString::to_string), config.timeout.0);
        Self {
            refresh: config.refresh.0,
            remote: Some(Arc::new(amazon)),
        }
    }

    /// As the configuration says. Without the AWS side there are only those on this machine.
    #[cfg(not(feature = "aws"))]
    pub fn new(config: &config::Secrets) -> Self {
        Self {
            refresh: config.refresh.0,
            remote: None,
        }
    }

    /// Makes one live. Whether it is there shows now if it is kept on this machine, and when it is first needed if it is kept in AWS.
    ///
    /// # Errors
    /// If it is kept on this machine and can't be had.
    pub fn live(&self, secret: &config::Secret) -> Result<LiveSecret, SecretError> {
        match (&self.remote, secret.is_remote()) {
            (_, false) => LiveSecret::local(secret.clone()),
            (Some(remote), true) => Ok(LiveSecret::remote(secret.clone(), Arc::clone(remote), self.refresh)),
            (None, true) => Err(SecretError::WithoutAws(secret.clone())),
        }
    }
}
