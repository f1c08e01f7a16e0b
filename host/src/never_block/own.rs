//! The list of the public addresses that an account has in a region.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    format::{Listed, reason_of},
    source::{Fetched, Source, SourceError},
};
use crate::cloud::Cloud;

/// The public addresses of an account in a region.
pub struct OwnAddresses(Arc<dyn Cloud>);

impl OwnAddresses {
    /// Those of this account and region.
    pub fn of(cloud: Arc<dyn Cloud>) -> Self {
        Self(cloud)
    }
}

#[async_trait]
impl Source for OwnAddresses {
    async fn fetch(&self, _: Option<&str>) -> Result<Fetched, SourceError> {
        let own = self.0.own_addresses().await;
        let own = own.map_err(|error| {
            SourceError(format!(
                "{error} (guard.own-addresses); `quell doctor` says which permission is missing"
            ))
        })?;
        let listed = own.into_iter().map(|own| Listed {
            prefix: own.prefix,
            reason: reason_of(&own.of),
            until: None,
        });
        Ok(Fetched::Prefixes(listed.collect()))
    }
}
