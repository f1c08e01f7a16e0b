//! Confirming a subscription: the address that SNS sent is fetched.

use std::fmt;

use async_trait::async_trait;
use reqwest::StatusCode;

use super::{amazon::AtAmazon, subscribe_url::SubscribeUrl};

/// Who confirms subscriptions. There is [`AtAmazon`] and, in tests, somebody who only notes what would have been fetched.
#[async_trait]
pub trait Confirm: fmt::Debug + Send + Sync {
    /// Fetches the address.
    ///
    /// # Errors
    /// If Amazon can't be reached, or does not confirm.
    async fn confirm(&self, url: &SubscribeUrl) -> Result<(), ConfirmError>;
}

/// Why a subscription is not confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// There is no answer.
    #[error("Amazon SNS can't be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The answer is no.
    #[error("Amazon SNS answers {0}: the token may be older than three days")]
    Refused(StatusCode),
}

#[async_trait]
impl Confirm for AtAmazon {
    async fn confirm(&self, url: &SubscribeUrl) -> Result<(), ConfirmError> {
        // The token in the address is no secret that outlives this, but it has no place in a log.
        let asked = self.0.get(url.url().clone()).send().await;
        let answer = asked.map_err(|error| ConfirmError::Unreachable(error.without_url()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(ConfirmError::Refused(status)),
        }
    }
}
