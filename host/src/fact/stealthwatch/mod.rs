//! Observations from the Stealthwatch Cloud API, or as it once answered.

mod client;
mod error;
mod options;
mod page;
mod saved;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use backon::{ExponentialBuilder, Retryable};
use jiff::{SignedDuration, Timestamp};
use reqwest::{
    Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION, DATE, RETRY_AFTER},
};
use url::Url;

pub(crate) use self::client::LazyClient;
use self::page::{Listing, Next, PAGE_LIMIT, Page};
use super::{FactError, Observation, observation::ObservationSource};
use crate::secret::SharedSecret;

pub use self::{
    error::{Fault, StealthwatchError},
    options::{OptionsError, StealthwatchOptions},
    saved::SavedObservations,
};

/// How long to wait before a page is asked for again, the first time. Each further wait is about twice as long, with jitter so that
/// many hosts that failed together do not come back together.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The longest wait. If the API asks for a longer one, the request is given up: the alert comes again, and a plugin waits meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The Stealthwatch Cloud API, as far as Quell reads it.
#[derive(Debug)]
pub struct StealthwatchApi {
    client: LazyClient,
    observations_url: Url,
    options: StealthwatchOptions,
}

impl StealthwatchApi {
    /// Checks the options. Nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`OptionsError`] if the options can't be used.
    pub fn new(options: StealthwatchOptions) -> Result<Self, OptionsError> {
        let observations_url = options.url("observations/all/")?;
        if let Some(key) = options.key.known() {
            options.authorization(&key)?;
        }
        Ok(Self {
            client: LazyClient::default(),
            observations_url,
            options,
        })
    }

    /// All observations of an alert, by their ids.
    ///
    /// # Errors
    ///
    /// [`StealthwatchError`] if a page can't be had after all attempts, can't be read, or contradicts another. It is all
    /// or nothing: with half of the observations a plugin would decide wrongly and nobody would know.
    pub async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, StealthwatchError> {
        let first = self.page_url(alert_id, 0);
        let failed = |page, attempts, fault| StealthwatchError {
            url: first.to_string(),
            page,
            attempts,
            fault,
        };
        let mut url = first.clone();
        let mut listing = Listing::default();
        let mut bytes_left = self.options.max_bytes;
        for page in 1..=self.options.max_pages {
            let (attempts, body) = self.get(&url, bytes_left).await;
            let body = body.map_err(|fault| failed(page, attempts, fault))?;
            bytes_left -= body.len();
            let next = Page::read(&body).and_then(|page| listing.add(page));
            let next = next.and_then(|next| match next {
                None => Ok(None),
                Some(Next::Offset(offset)) => Ok(Some(self.page_url(alert_id, offset))),
                Some(Next::Address(address)) => self.same_host(&url, &address).map(Some),
            });
            match next.map_err(|fault| failed(page, attempts, fault))? {
                Some(next) => url = next,
                None => return Ok(listing.finish()),
            }
        }
        let limit = self.options.max_pages;
        Err(failed(limit.saturating_add(1), 0, Fault::TooManyPages { limit }))
    }

    /// Asks for one observation of whatever alert, once, and reads the answer as if it were needed. Answers how far this machine's clock is ahead of the API's; None if it does not
    /// say what time it is.
    ///
    /// # Errors
    ///
    /// [`StealthwatchError`] if observations can't be had in this way.
    pub async fn examine(&self) -> Result<Option<SignedDuration>, StealthwatchError> {
        let mut url = self.observations_url.clone();
        url.query_pairs_mut().append_pair("limit", "1");
        let examined = async {
            let key = self.options.key.value().await.map_err(Fault::NoKey)?;
            let response = self.ask(&url, &key).await?;
            let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
            let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
            let ahead = date.map(|date| Timestamp::now().duration_since(date.timestamp()));
            Page::read(&self.body(response, self.options.max_bytes).await?)?;
            Ok(ahead)
        };
        examined.await.map_err(|fault| StealthwatchError {
            url: url.to_string(),
            page: 1,
            attempts: 1,
            fault,
        })
    }

    fn page_url(&self, alert_id: &str, offset: u64) -> Url {
        let mut url = self.observations_url.clone();
        url.query_pairs_mut()
            .append_pair("alert", alert_id)
            .append_pair("limit", &PAGE_LIMIT.to_string())
            .append_pair("offset", &offset.to_string());
        url
    }

    /// The next page's address, if the key may go there.
    fn same_host(&self, page: &Url, address: &str) -> Result<Url, Fault> {
        let next = page.join(address).map_err(|_| Fault::ForeignNext)?;
        let names_a_user = !next.username().is_empty() || next.password().is_some();
        if next.origin() != self.observations_url.origin() || names_a_user {
            return Err(Fault::ForeignNext);
        }
        Ok(next)
    }

    /// The body at `url`, tried as often as the options say, and how often it was tried.
    async fn get(&self, url: &Url, max_bytes: usize) -> (u32, Result<Vec<u8>, Fault>) {
        let mut attempts = 0;
        let attempt = || {
            attempts += 1;
            self.get_with_fresh_key(url, max_bytes)
        };
        let waits = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_max_times(self.options.attempts.saturating_sub(1) as usize);
        let result = attempt
            .retry(waits)
            .when(Fault::is_passing)
            .adjust(|fault, wait| match (wait, fault.retry_after()) {
                (Some(_), Some(asked)) if asked > LONGEST_WAIT => None,
                (wait, asked) => wait.map(|wait| wait.max(asked.unwrap_or_default())),
            })
            .notify(|fault, wait| tracing::warn!(%fault, ?wait, "Stealthwatch Cloud is asked again for observations"))
            .await;
        (attempts, result)
    }

    /// The body at `url`. If the key is refused, which may be because it was rotated, it is tried with the new one.
    async fn get_with_fresh_key(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, Fault> {
        let key = self.options.key.value().await.map_err(Fault::NoKey)?;
        let answer = self.get_once(url, &key, max_bytes).await;
        if matches!(answer, Err(Fault::Refused { .. }))
            && let Some(other) = self.options.key.refused(&key).await
        {
            return self.get_once(url, &other, max_bytes).await;
        }
        answer
    }

    async fn get_once(&self, url: &Url, key: &SharedSecret, max_bytes: usize) -> Result<Vec<u8>, Fault> {
        let response = self.ask(url, key).await?;
        self.body(response, max_bytes).await
    }

    /// The answer at `url`, if it is one.
    async fn ask(&self, url: &Url, key: &SharedSecret) -> Result<Response, Fault> {
        let authorization = self.options.authorization(key).map_err(Fault::BadKey)?;
        let request = self
            .client
            .get(url, &self.options)?
            .get(url.clone())
            .header(AUTHORIZATION, authorization)
            .header(ACCEPT, "application/json");
        let sent = request.send().await;
        let response = sent.map_err(|error| Fault::transport(error, self.options.timeout))?;
        check_status(&response)?;
        Ok(response)
    }

    async fn body(&self, mut response: Response, max_bytes: usize) -> Result<Vec<u8>, Fault> {
        let transport = |error| Fault::transport(error, self.options.timeout);
        // What the answer says of its length is not asked: it may be wrong, and the count below is needed anyway.
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport)? {
            if body.len() + chunk.len() > max_bytes {
                let limit = self.options.max_bytes;
                return Err(Fault::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

#[async_trait]
impl ObservationSource for StealthwatchApi {
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError> {
        Ok(StealthwatchApi::observations(self, alert_id).await?)
    }
}

fn check_status(response: &Response) -> Result<(), Fault> {
    let status = response.status().as_u16();
    Err(match response.status() {
        StatusCode::OK => return Ok(()),
        StatusCode::TOO_MANY_REQUESTS => Fault::Throttled {
            retry_after: retry_after(response),
        },
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Fault::Refused { status },
        other if other.is_server_error() => Fault::ServerFailed {
            status,
            retry_after: retry_after(response),
        },
        other if other.is_redirection() => Fault::Redirected { status },
        _ => Fault::UnexpectedStatus { status },
    })
}

/// `Retry-After` in seconds. Its other form, a date, is passed over: it would need both clocks to agree.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    Some(Duration::from_secs(text.trim().parse().ok()?))
}
