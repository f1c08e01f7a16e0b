//! The delay queue.

use std::sync::Arc;

use super::SetupError;
use crate::{config, ends::Ends};

/// The delay queue that the configuration names. None if it names none. Nothing is called yet.
#[cfg(feature = "aws")]
pub(super) async fn delay_queue(config: &config::Ends) -> Result<Option<Arc<dyn Ends>>, SetupError> {
    use crate::{cloud::aws::environment, ends::DelayQueue};

    let Some(url) = &config.queue else {
        return Ok(None);
    };
    let queue = DelayQueue::new(&environment().await, url.as_str(), config.region());
    Ok(Some(Arc::new(queue)))
}

/// Without the AWS side there is no queue.
#[cfg(not(feature = "aws"))]
pub(super) async fn delay_queue(config: &config::Ends) -> Result<Option<Arc<dyn Ends>>, SetupError> {
    match &config.queue {
        Some(_) => Err(SetupError::WithoutAws),
        None => Ok(None),
    }
}
