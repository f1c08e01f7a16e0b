//! What can go wrong when observations are asked for.

use std::{error::Error, time::Duration};

use super::OptionsError;
use crate::{fact::FactError, secret::SecretError};

/// A request that failed, after its retries. No part of it was made from the API key or from the text of an answer, which may repeat the key.
#[derive(Debug, thiserror::Error)]
#[error("GET {url}{}{}", on_page(*.page), after(*.attempts))]
pub struct StealthwatchError {
    /// The first page. The others may be at addresses that the API gives, which are its own text and not shown.
    pub url: String,
    /// Which page, from 1.
    pub page: u32,
    /// How often it was asked for; 0 if it was not.
    pub attempts: u32,
    /// What went wrong the last time.
    #[source]
    pub fault: Fault,
}

/// What went wrong in a request.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nothing can be asked.
    #[error("the HTTP client can't be set up; check this machine's TLS root certificates")]
    NoClient(#[source] reqwest::Error),
    /// No connection, or it broke.
    #[error("no answer; check the base URL, the network and the proxy settings")]
    Unreachable(#[source] reqwest::Error),
    /// The answer did not come, or not to its end, in time.
    #[error("no full answer within {} s; the API may be slow: try again later, or raise the time-out", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The API is asked too often.
    #[error("status 429: the API is asked too often{}; try again later", asked_to_wait(.retry_after))]
    Throttled {
        /// For how long the API wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The API failed.
    #[error("status {status}: the API failed{}; try again later", asked_to_wait(.retry_after))]
    ServerFailed {
        /// 500 to 599.
        status: u16,
        /// For how long the API wants to be left alone.
        retry_after: Option<Duration>,
    },
    /// The key can't be had.
    #[error("there is no key to ask with")]
    NoKey(#[source] SecretError),
    /// The key is none.
    #[error("the key can't be used")]
    BadKey(#[source] OptionsError),
    /// The credentials are wrong, or may not do this.
    #[error(
        "status {status}: the API does not accept the user and key; check both, what is kept where the configuration says that the key is, and that the user may read observations"
    )]
    Refused {
        /// 401 or 403.
        status: u16,
    },
    /// The API sends elsewhere. Followed, the key would go there too.
    #[error(
        "status {status}: a redirect, which is not followed because the key would go with it; write the URL where the API is into the configuration"
    )]
    Redirected {
        /// 300 to 399.
        status: u16,
    },
    /// Any other status.
    #[error("status {status}: not an answer of the API; check that the base URL ends in `/api/v3/`")]
    UnexpectedStatus {
        /// Such as 404.
        status: u16,
    },
    /// The answer does not end.
    #[error(
        "the answers have more than {limit} bytes, the limit for one alert; raise the limit if the alert has that many observations"
    )]
    TooLarge {
        /// How many bytes all pages together may have.
        limit: usize,
    },
    /// The pages do not end.
    #[error(
        "there are more than {limit} pages, the limit for one alert; raise the limit if the alert has that many observations"
    )]
    TooManyPages {
        /// How many pages may be read.
        limit: u32,
    },
    /// Not JSON at all.
    #[error(
        "the answer is {found}, not JSON; check that the base URL is the API's (it ends in `/api/v3/`), not the console's"
    )]
    NotJson {
        /// What it looks like.
        found: &'static str,
    },
    /// JSON, but not what it should be.
    #[error("the answer can't be used: {what}; check that the base URL is that of version 3 of the API")]
    Unreadable {
        /// What is wrong with it, and where.
        what: String,
    },
    /// The API says that the next page is on another host.
    #[error(
        "the next page is said to be on another host or by another scheme, where the key must not go; write the URL that the API gives for itself into the configuration"
    )]
    ForeignNext,
    /// A page came twice.
    #[error("a page came twice, so that reading would never end; try again later")]
    RepeatedPage,
    /// There are more or fewer observations than the API says.
    #[error("the API says that there are {said} observations, but gave {gave}; some may be missing: try again later")]
    WrongTotal {
        /// `meta.total_count`.
        said: u64,
        /// How many came.
        gave: u64,
    },
}

impl Fault {
    /// What a transport error is. Its URL is left out because [`StealthwatchError::url`] has it.
    pub(super) fn transport(error: reqwest::Error, timeout: Duration) -> Self {
        if error.is_timeout() {
            Self::TimedOut(timeout)
        } else {
            Self::Unreachable(error.without_url())
        }
    }

    /// Whether the same request may succeed a moment later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_) | Self::TimedOut(_) | Self::Throttled { .. } | Self::ServerFailed { .. }
        )
    }

    /// For how long the API wants to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } | Self::ServerFailed { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<StealthwatchError> for FactError {
    fn from(error: StealthwatchError) -> Self {
        let mut text = format!("observations from Stealthwatch Cloud: {error}");
        // A fact error is a text that is recorded and given to plugins, so that the causes become part of it.
        let mut cause = error.source();
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        match error.fault {
            Fault::Refused { .. } => Self::NotPermitted(text),
            _ => Self::Unavailable(text),
        }
    }
}

fn on_page(page: u32) -> String {
    match page {
        1 => String::new(),
        _ => format!(" (page {page})"),
    }
}

fn after(attempts: u32) -> String {
    match attempts {
        0 | 1 => String::new(),
        _ => format!(" ({attempts} attempts)"),
    }
}

fn asked_to_wait(retry_after: &Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| {
        format!(" and asks for {} s of rest", wait.as_secs())
    })
}
