//! The place of a secret: where it is kept, and how it is had from there.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;

use super::{SecretError, local, memory::Known};
use crate::config::Secret;

/// Where a secret is had from over the network.
#[async_trait]
pub(super) trait Remote: Send + Sync {
    /// Fetches it.
    async fn fetch(&self, place: &Secret) -> Result<SecretString, SecretError>;
}

/// Where a secret is kept, and how it is had from there.
pub(super) struct Place {
    pub(super) secret: Secret,
    /// None if it is kept on this machine.
    pub(super) remote: Option<Arc<dyn Remote>>,
    /// How old it may be.
    pub(super) refresh: Duration,
}

impl Place {
    /// The secret as it is there now.
    pub(super) async fn fetch(&self) -> Result<Known, SecretError> {
        match &self.remote {
            Some(remote) => Ok(Known {
                value: Arc::new(remote.fetch(&self.secret).await?),
                stamp: None,
            }),
            None => self.read()?.ok_or_else(|| SecretError::WithoutAws(self.secret.clone())),
        }
    }

    /// What is kept on this machine. None if it is kept elsewhere.
    pub(super) fn read(&self) -> Result<Option<Known>, SecretError> {
        let (value, stamp) = match &self.secret {
            Secret::Env(name) => (local::read_variable(name, &self.secret)?, None),
            Secret::File(path) => {
                let (value, stamp) = local::read_file(path, &self.secret)?;
                (value, Some(stamp))
            }
            Secret::SecretsManager { .. } | Secret::ParameterStore(_) => return Ok(None),
        };
        let value = Arc::new(value);
        Ok(Some(Known { value, stamp }))
    }
}
