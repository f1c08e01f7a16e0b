//! How to reach the Stealthwatch Cloud API, and how much to take from it.

use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::secret::LiveSecret;

/// How to reach the Stealthwatch Cloud API, and how much to take from it for one alert.
#[derive(Debug, Clone)]
pub struct StealthwatchOptions {
    /// Where the API is, such as `https://example.obsrvbl.com/api/v3/`. https, unless the host is this machine.
    pub base_url: Url,
    /// The e-mail address of the API user.
    pub user: String,
    /// The API user's key. White space around it, such as the line break at the end of a file, is left out.
    pub key: LiveSecret,
    /// How long one request may take, from connecting to the last byte.
    pub timeout: Duration,
    /// How many pages may be read, each of up to 1,000 observations.
    pub max_pages: u32,
    /// How many bytes all pages together may have.
    pub max_bytes: usize,
    /// How often one page is asked for before it is given up. 0 counts as 1.
    pub attempts: u32,
}

/// Why options can't be used.
#[derive(Debug, thiserror::Error)]
pub enum OptionsError {
    /// The key would travel in the clear.
    #[error(
        "the Stealthwatch Cloud API's base URL {url} must begin with `https://`: the API key would travel in the clear; http is only for this machine (localhost, 127.0.0.0/8, ::1)"
    )]
    NotHttps {
        /// The URL, without credentials.
        url: String,
    },
    /// More than scheme, host, port and path.
    #[error(
        "the Stealthwatch Cloud API's base URL must be only scheme, host, port and path, such as `https://example.obsrvbl.com/api/v3/`; take the user, password, query or fragment out of it"
    )]
    MoreThanBase,
    /// Nothing to sign in with.
    #[error("the Stealthwatch Cloud API's {what} is empty; create one in its console under Settings, API credentials")]
    Empty {
        /// `user` or `key`.
        what: &'static str,
    },
    /// Characters that no HTTP header can carry.
    #[error(
        "the Stealthwatch Cloud API's user or key holds a line break or another control character; check that its file or environment variable holds the key and nothing else"
    )]
    NotAHeader,
}

impl StealthwatchOptions {
    /// Where observations are, with the base URL checked.
    pub(super) fn observations_url(&self) -> Result<Url, OptionsError> {
        let mut url = self.base_url.clone();
        let has_more = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
        if has_more || url.fragment().is_some() {
            return Err(OptionsError::MoreThanBase);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
            return Err(OptionsError::NotHttps { url: url.into() });
        }
        let path = format!("{}/observations/all/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(url)
    }

    /// The value of the header `Authorization`. It is marked sensitive, so that no Debug shows it.
    pub(super) fn authorization(&self, key: &SecretString) -> Result<HeaderValue, OptionsError> {
        let (user, key) = (self.user.trim(), key.expose_secret().trim());
        for (what, value) in [("user", user), ("key", key)] {
            if value.is_empty() {
                return Err(OptionsError::Empty { what });
            }
        }
        let header = SecretString::from(format!("ApiKey {user}:{key}"));
        // The error is left out: it would be the only one here that was made from the key.
        let mut value = HeaderValue::from_str(header.expose_secret()).map_err(|_| OptionsError::NotAHeader)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Whether a URL's host is this machine by its very name.
pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
