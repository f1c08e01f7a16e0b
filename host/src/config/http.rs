//! `[http]`: the HTTP door.

use std::{net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{
    checks::Checks,
    http_limits::HttpLimits,
    number::Bounded,
    path::Path,
    prefix::Prefix,
    secret::{Secret, SecretKeys},
};
use crate::{alert::Detector, digest::Digest, door::http::TlsFiles, duration::HumanDuration};

/// The HTTP door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    listen: SocketAddr,
    token: Option<Secret>,
    /// By what single powers are opened.
    pub tokens: PowerTokens,
    /// Whose alerts come to `/alerts/…`. Empty: those of every detector.
    pub detectors: Vec<Detector>,
    /// From where connections may come. Empty: from anywhere.
    pub from: Vec<Prefix>,
    /// By which names the door may be called while it asks for no token, beside addresses and `localhost`.
    pub names: Vec<String>,
    /// With what TLS is spoken. None: none is.
    pub tls: Option<TlsFiles>,
    /// The most bytes of a request's body.
    pub max_body: usize,
    /// What else is too much.
    pub limits: HttpLimits,
    /// How long requests may finish after the daemon was told to stop.
    pub shutdown_grace: HumanDuration,
    /// Whether other doors at this address ask for enough by themselves, so that it needs no token.
    has_guarded_doors: bool,
}

/// The hashes of the tokens that open one power each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PowerTokens {
    /// Those that may send alerts.
    pub send: Vec<Digest>,
    /// Those that may read.
    pub read: Vec<Digest>,
    /// Those that may act.
    pub act: Vec<Digest>,
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

    /// The bearer token that opens each power without tokens of its own.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Whether everybody may do everything: no token is configured at all, and nobody from outside can come.
    pub fn is_open(&self) -> bool {
        !self.has_token() && self.listen.ip().is_loopback()
    }

    /// The same door at another address.
    pub fn listening_on(self, listen: SocketAddr) -> Result<Self, TokenRequired> {
        if !self.has_token() && !self.has_guarded_doors && !listen.ip().is_loopback() {
            return Err(TokenRequired(listen));
        }
        Ok(Self { listen, ..self })
    }

    /// The same door beside others at its address that ask for enough by themselves.
    pub(super) fn with_guarded_doors(self, has_guarded_doors: bool, here: &Path, checks: &mut Checks<'_>) -> Self {
        if !self.has_token() && !has_guarded_doors && !self.listen.ip().is_loopback() {
            checks.fail(
                &here.join("listen"),
                format!(
                    "`listen` {} can be reached from outside this machine, so one of `token-env`, `token-file`, `token-secret` and `token-parameter` is required",
                    self.listen
                ),
                "write `token-env = \"QUELL_HTTP_TOKEN\"` and set that variable, or listen on 127.0.0.1",
            );
        }
        Self {
            has_guarded_doors,
            ..self
        }
    }

    /// Whether there is any token, for all or for one power.
    pub fn has_token(&self) -> bool {
        self.token.is_some() || self.tokens != PowerTokens::default()
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
    /// The environment variable that holds the bearer token that opens each power without tokens of its own: sending, reading and acting. One of `token-env`,
    /// `token-file`, `token-secret` and `token-parameter`, or a token of a power, is required unless `listen` is loopback, or only webhooks and SNS come.
    pub(super) token_env: Option<String>,
    /// The file that holds the bearer token and nothing else. Relative to the configuration file.
    pub(super) token_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is the bearer token: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(super) token_secret: Option<String>,
    /// The parameter in Parameter Store that is the bearer token: its name or ARN. It is decrypted.
    pub(super) token_parameter: Option<String>,
    /// The SHA-256 of the bearer tokens that may send alerts, as `printf %s "$TOKEN" | sha256sum` prints it. Then no other token may.
    pub(super) send_token_sha256: Vec<Digest>,
    /// The SHA-256 of the bearer tokens that may read: `/holds`, `/deliveries/…`, `/metrics`. Then no other token may.
    pub(super) read_token_sha256: Vec<Digest>,
    /// The SHA-256 of the bearer tokens that may act: `/orders`. Then no other token may. `quell release` and so on show what the variable `QUELL_TOKEN` holds.
    pub(super) act_token_sha256: Vec<Digest>,
    /// Whose alerts come to `/alerts/…`. Those of every detector, if it is empty.
    pub(super) detectors: Vec<Detector>,
    /// The prefixes from which connections may come. From anywhere, if it is empty.
    pub(super) from: Vec<Prefix>,
    /// The names by which the door may be called while it asks for no token, beside addresses and `localhost`: those of a proxy on this machine. A web page can make other names lead to a
    /// door on loopback, so requests that call it by one are refused.
    pub(super) names: Vec<String>,
    /// The PEM file with the listener's certificate and those between it and a root. Then TLS is spoken, and nothing else. Read again when it changes. Relative to the configuration file.
    pub(super) certificate: Option<PathBuf>,
    /// The PEM file with the certificate's private key.
    pub(super) key: Option<PathBuf>,
    /// The PEM file with who issues the certificates that senders must show. None is asked for without it.
    pub(super) client_ca: Option<PathBuf>,
    /// The most bytes of a request's body.
    pub(super) max_body: Bounded<usize, 1024, 104_857_600>,
    pub(super) limits: HttpLimits,
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
            send_token_sha256: Vec::new(),
            read_token_sha256: Vec::new(),
            act_token_sha256: Vec::new(),
            detectors: Vec::new(),
            from: Vec::new(),
            names: Vec::new(),
            certificate: None,
            key: None,
            client_ca: None,
            max_body: Bounded::default_of(1024 * 1024),
            limits: HttpLimits::default(),
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
        let token = checks.secret(here, "token", keys);
        for (index, detector) in self.detectors.iter().enumerate() {
            checks.detector(&here.join("detectors").element(index), *detector);
        }
        for (index, name) in self.names.iter().enumerate() {
            if !is_name(name) {
                checks.fail(
                    &here.join("names").element(index),
                    format!("an entry of `names` in [{here}] is not the name of a machine"),
                    "write it as in \"quell.example.com\", without a port and without a path",
                );
            }
        }
        self.limits.check(&here.join("limits"), checks);
        Http {
            listen: self.listen,
            token,
            tokens: PowerTokens {
                send: self.send_token_sha256,
                read: self.read_token_sha256,
                act: self.act_token_sha256,
            },
            detectors: self.detectors,
            from: self.from,
            names: self.names,
            tls: tls((self.certificate, self.key, self.client_ca), here, checks),
            max_body: self.max_body.get(),
            limits: self.limits,
            shutdown_grace: self.shutdown_grace,
            has_guarded_doors: false,
        }
    }
}

/// Whether a text can be a machine's name in DNS. The longest has 253 letters.
fn is_name(text: &str) -> bool {
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=253).contains(&text.len())
        && text
            .split('.')
            .all(|label| !label.is_empty() && label.bytes().all(is_taken))
}

/// Certificate and key belong together, and who is asked for a certificate is asked by TLS.
fn tls(
    (certificate, key, client_ca): (Option<PathBuf>, Option<PathBuf>, Option<PathBuf>),
    here: &Path,
    checks: &mut Checks<'_>,
) -> Option<TlsFiles> {
    let mut lacks = |at: &str, lacking: &str| {
        checks.fail(
            &here.join(at),
            format!("`{at}` is given in [{here}] without `{lacking}`, and TLS needs both"),
            format!("name the PEM file in `{lacking}`, or take `{at}` out"),
        );
    };
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            return Some(TlsFiles {
                certificate: checks.resolve(&certificate),
                key: checks.resolve(&key),
                client_ca: client_ca.map(|path| checks.resolve(&path)),
            });
        }
        (Some(_), None) => lacks("certificate", "key"),
        (None, Some(_)) => lacks("key", "certificate"),
        (None, None) if client_ca.is_some() => lacks("client-ca", "certificate"),
        (None, None) => {}
    }
    None
}
