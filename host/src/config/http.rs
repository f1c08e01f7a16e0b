//! `[http]`: the HTTP door.

use std::{net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{
    checks::Checks,
    number::Bounded,
    path::Path,
    secret::{Secret, SecretKeys},
};
use crate::duration::HumanDuration;

/// The HTTP door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    listen: SocketAddr,
    token: Option<Secret>,
    /// The most bytes of a request's body.
    pub max_body: usize,
    /// How long requests may finish after the daemon was told to stop.
    pub shutdown_grace: HumanDuration,
}

/// A listener that others could reach, without a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} can be reached from outside this machine, so a token is required: set one of `http.token-env`, `http.token-file`, \
     `http.token-secret` and `http.token-parameter` in the configuration, or listen on 127.0.0.1"
)]
pub struct TokenRequired(pub SocketAddr);

impl Http {
    /// The address to listen on.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// The bearer token that each request must carry. None only if the listener is loopback.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// The same door at another address.
    pub fn listening_on(self, listen: SocketAddr) -> Result<Self, TokenRequired> {
        if self.token.is_none() && !listen.ip().is_loopback() {
            return Err(TokenRequired(listen));
        }
        Ok(Self { listen, ..self })
    }
}

/// The HTTP door: `POST /alerts/stealthwatch-cloud` and `POST /alerts/guardduty`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Http")]
pub(super) struct HttpTable {
    /// The address and port to listen on.
    #[schemars(with = "String", example = "127.0.0.1:8480")]
    #[serde(deserialize_with = "read_address")]
    pub(super) listen: SocketAddr,
    /// The environment variable that holds the bearer token that each request must carry. One of `token-env`,
    /// `token-file`, `token-secret` and `token-parameter` is required unless `listen` is loopback.
    pub(super) token_env: Option<String>,
    /// The file that holds the bearer token and nothing else. Relative to the configuration file.
    pub(super) token_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is the bearer token: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(super) token_secret: Option<String>,
    /// The parameter in Parameter Store that is the bearer token: its name or ARN. It is decrypted.
    pub(super) token_parameter: Option<String>,
    /// The most bytes of a request's body.
    pub(super) max_body: Bounded<usize, 1024, 104_857_600>,
    /// How long requests may finish after the daemon was told to stop.
    pub(super) shutdown_grace: HumanDuration,
}

pub(super) fn read_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        de::Error::custom(format!(
            "`{text}` is not an address with a port, such as 127.0.0.1:8480 or [::1]:8480"
        ))
    })
}

impl Default for HttpTable {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8480)),
            token_env: None,
            token_file: None,
            token_secret: None,
            token_parameter: None,
            max_body: Bounded::default_of(1024 * 1024),
            shutdown_grace: HumanDuration::from_secs(10),
        }
    }
}

impl HttpTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Http {
        let keys = SecretKeys {
            env: self.token_env,
            file: self.token_file,
            secret: self.token_secret,
            parameter: self.token_parameter,
        };
        if !self.listen.ip().is_loopback() && keys.is_empty() {
            checks.fail(
                &here.join("listen"),
                format!(
                    "`listen` {} can be reached from outside this machine, so one of `token-env`, `token-file`, `token-secret` and `token-parameter` is required",
                    self.listen
                ),
                "write `token-env = \"QUELL_HTTP_TOKEN\"` and set that variable, or listen on 127.0.0.1",
            );
        }
        let token = checks.secret(here, "token", keys);
        Http {
            listen: self.listen,
            token,
            max_body: self.max_body.get(),
            shutdown_grace: self.shutdown_grace,
        }
    }
}
