//! `[stealthwatch-cloud]`: the API that observations are fetched from.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use url::{Host, Url};

use super::{
    checks::Checks,
    number::Bounded,
    path::Path,
    secret::{Secret, SecretKeys},
};
use crate::duration::HumanDuration;

/// The Stealthwatch Cloud API, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StealthwatchCloud {
    /// The base URL. Ends in `/`, so that paths can be joined to it.
    pub base_url: Url,
    /// The user that the key belongs to.
    pub user: String,
    /// Where the key is kept.
    pub key: Secret,
    /// How long one request may take.
    pub timeout: HumanDuration,
    /// The most pages that are read for one alert.
    pub max_pages: u32,
    /// The most bytes that are read for one alert, over all pages.
    pub max_bytes: usize,
    /// How often a request is tried in all.
    pub attempts: u32,
}

/// The Stealthwatch Cloud API that observations are fetched from. Without it, its alerts have no observations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "StealthwatchCloud")]
pub(super) struct StealthwatchCloudTable {
    /// The base URL of your portal's API: `https://<customer>.obsrvbl.com/api/v3/`.
    #[serde(deserialize_with = "read_url")]
    pub(super) base_url: Url,
    /// The user that the key belongs to.
    pub(super) user: String,
    /// The environment variable that holds the API key. Exactly one of `key-env`, `key-file`, `key-secret` and `key-parameter` is given.
    pub(super) key_env: Option<String>,
    /// The file that holds the API key and nothing else. Relative to the configuration file.
    pub(super) key_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is the API key: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(super) key_secret: Option<String>,
    /// The parameter in Parameter Store that is the API key: its name or ARN. It is decrypted.
    pub(super) key_parameter: Option<String>,
    /// How long one request may take.
    #[serde(default = "timeout")]
    pub(super) timeout: HumanDuration,
    /// The most pages that are read for one alert. A page has up to 1000 observations.
    #[serde(default = "max_pages")]
    pub(super) max_pages: Bounded<u32, 1, 1000>,
    /// The most bytes that are read for one alert, over all pages.
    #[serde(default = "max_bytes")]
    pub(super) max_bytes: Bounded<usize, 1024, 1_073_741_824>,
    /// How often a request is tried in all, if the API is busy or fails.
    #[serde(default = "attempts")]
    pub(super) attempts: Bounded<u32, 1, 10>,
}

fn read_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    Url::parse(&text).map_err(|error| {
        de::Error::custom(format!(
            "this is not a URL ({error}): write it whole, as in https://example.obsrvbl.com/api/v3/"
        ))
    })
}

fn timeout() -> HumanDuration {
    HumanDuration::from_secs(10)
}

fn max_pages() -> Bounded<u32, 1, 1000> {
    Bounded::default_of(20)
}

fn max_bytes() -> Bounded<usize, 1024, 1_073_741_824> {
    Bounded::default_of(8 * 1024 * 1024)
}

fn attempts() -> Bounded<u32, 1, 10> {
    Bounded::default_of(4)
}

impl StealthwatchCloudTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<StealthwatchCloud> {
        let keys = SecretKeys {
            env: self.key_env,
            file: self.key_file,
            secret: self.key_secret,
            parameter: self.key_parameter,
        };
        if keys.is_empty() {
            checks.fail(
                here,
                format!("none of `key-env`, `key-file`, `key-secret` and `key-parameter` is given in [{here}]"),
                "write `key-env = \"QUELL_STEALTHWATCH_KEY\"` and set that variable to the API key",
            );
        }
        checks.positive(&here.join("timeout"), self.timeout);
        let base_url = base_url(self.base_url, &here.join("base-url"), checks);
        let key = checks.secret(here, "key", keys);
        Some(StealthwatchCloud {
            base_url: base_url?,
            user: self.user,
            key: key?,
            timeout: self.timeout,
            max_pages: self.max_pages.get(),
            max_bytes: self.max_bytes.get(),
            attempts: self.attempts.get(),
        })
    }
}

/// The key travels in a header: only https keeps it secret, or a wire that does not leave the machine.
fn base_url(mut url: Url, at: &Path, checks: &mut Checks<'_>) -> Option<Url> {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
        checks.fail(
            at,
            format!(
                "`{at}` would send the API key over `{}`, readable by everyone on the way",
                url.scheme()
            ),
            "write an https URL; http is allowed to this machine only",
        );
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        checks.fail_unseen(
            at,
            format!("`{at}` has a user or a password in it"),
            "name the user in `user`, and where the key is kept in `key-env`, `key-file`, `key-secret` or `key-parameter`",
        );
        return None;
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}
