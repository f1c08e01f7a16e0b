//! Confirming a subscription: the address that SNS sent is fetched.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use reqwest::{Client, StatusCode, redirect::Policy};

use super::subscribe_url::SubscribeUrl;

/// How long it may take, and how long until there is a connection. SNS waits 15 s for its own answer, and gets it when this is over.
const TIMEOUT: Duration = Duration::from_secs(8);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

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

/// Asks Amazon.
#[derive(Debug)]
pub struct AtAmazon(Client);

impl AtAmazon {
    /// Asks by https only, follows to no other address, and by no proxy of the environment.
    ///
    /// # Errors
    /// If the system has no TLS.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .https_only(true)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent("quell");
        client.build().map(Self)
    }
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
