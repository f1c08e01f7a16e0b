//! `[[door.webhook]]`: a way in for one sender at the HTTP door, with what it has to show.

use std::path::PathBuf;

use axum::http::HeaderName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alert::Detector,
    config::{
        checks::Checks,
        path::Path,
        prefix::Prefix,
        secret::{Secret, SecretKeys},
    },
    digest::Digest,
    door::http::webhook::{hmac::Encoding, template::Template},
    duration::HumanDuration,
};

/// A way in for one sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its name, which is the end of its address.
    pub name: String,
    /// Whose alerts come, and no others.
    pub detector: Detector,
    /// How each request is signed.
    pub hmac: Option<HmacRule>,
    /// The hashes of the tokens of which one must be shown.
    pub tokens: Vec<Digest>,
    /// From where requests may come. Empty: from anywhere.
    pub from: Vec<Prefix>,
    /// The name in the certificate that must be shown.
    pub client: Option<String>,
}

/// How requests are signed, and where the keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HmacRule {
    /// The keys, one or two.
    pub keys: Vec<Secret>,
    /// The header with the signature.
    pub header: HeaderName,
    /// What stands before the signature there.
    pub prefix: String,
    /// How the signature is written.
    pub encoding: Encoding,
    /// The header with the time.
    pub timestamp_header: HeaderName,
    /// How far the time may be from ours.
    pub window: HumanDuration,
    /// What is signed.
    pub signed: Template,
}

/// A way in for one sender at `POST /webhooks/NAME` of the HTTP door: alerts of one detector. All that is asked for here must be shown: `hmac`, `token-sha256`, `client`, of which at least one
/// is given, and `from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Webhook")]
pub(in crate::config) struct WebhookTable {
    /// The end of its address: small letters, digits and `-`.
    pub(in crate::config) name: String,
    /// Whose alerts come. Alerts of others are refused.
    pub(in crate::config) detector: Detector,
    pub(in crate::config) hmac: Option<HmacTable>,
    /// The SHA-256 of the bearer tokens of which one must be shown, as `printf %s "$TOKEN" | sha256sum` prints it. Two while one takes the place of the other.
    #[serde(default)]
    pub(in crate::config) token_sha256: Vec<Digest>,
    /// The prefixes from which requests may come. From anywhere, if it is empty. A proxy in front of Quell is the sender then.
    #[serde(default)]
    pub(in crate::config) from: Vec<Prefix>,
    /// The DNS name in the certificate that the sender must show. Only with `http.client-ca`.
    pub(in crate::config) client: Option<String>,
}

/// How each request is signed: HMAC with SHA-256 by a key that sender and Quell share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Hmac")]
pub(in crate::config) struct HmacTable {
    /// The environment variable that holds the key. Exactly one of `key-env`, `key-file`, `key-secret` and `key-parameter` is given.
    pub(in crate::config) key_env: Option<String>,
    /// The file that holds the key and nothing else. Relative to the configuration file.
    pub(in crate::config) key_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is the key: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(in crate::config) key_secret: Option<String>,
    /// The parameter in Parameter Store that is the key: its name or ARN. It is decrypted.
    pub(in crate::config) key_parameter: Option<String>,
    /// The environment variable that holds a second key, which is as good, while one takes the place of the other.
    pub(in crate::config) other_key_env: Option<String>,
    /// The file that holds a second key.
    pub(in crate::config) other_key_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is a second key.
    pub(in crate::config) other_key_secret: Option<String>,
    /// The parameter in Parameter Store that is a second key.
    pub(in crate::config) other_key_parameter: Option<String>,
    /// The header with the signature.
    #[serde(default = "header")]
    pub(in crate::config) header: String,
    /// What stands before the signature in its header, such as `sha256=`.
    #[serde(default)]
    pub(in crate::config) prefix: String,
    /// How the signature is written: `hex` or `base64`.
    #[serde(default)]
    pub(in crate::config) encoding: Encoding,
    /// The header with the time of the request, in seconds since 1970 or by RFC 3339.
    #[serde(default = "timestamp_header")]
    pub(in crate::config) timestamp_header: String,
    /// How far the time of a request may be from ours.
    #[serde(default = "window")]
    pub(in crate::config) window: HumanDuration,
    /// What is signed: `{body}` stands for the body, `{timestamp}` for what the header says. Without the time a request that somebody kept can be sent again at any time.
    #[serde(default)]
    pub(in crate::config) signed: Template,
}

fn header() -> String {
    "X-Signature".to_owned()
}

fn timestamp_header() -> String {
    "X-Timestamp".to_owned()
}

fn window() -> HumanDuration {
    HumanDuration::from_secs(5 * 60)
}

impl WebhookTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<Webhook> {
        checks.detector(&here.join("detector"), self.detector);
        let is_name = !self.name.is_empty()
            && self.name.len() <= 64
            && self
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_name {
            checks.fail(
                &here.join("name"),
                "the name of a webhook is the end of its address: up to 64 small letters, digits and `-`",
                "write it as in `name = \"ids\"`, for POST /webhooks/ids",
            );
        }
        if self.hmac.is_none() && self.token_sha256.is_empty() && self.client.is_none() {
            checks.fail(
                &here.join("name"),
                "nothing is asked of who sends to this webhook, so anybody could invent alerts",
                "give at least one of `hmac`, `token-sha256` and `client`",
            );
        }
        let hmac = match self.hmac {
            None => None,
            Some(table) => Some(table.check(&here.join("hmac"), checks)?),
        };
        Some(Webhook {
            name: self.name,
            detector: self.detector,
            hmac,
            tokens: self.token_sha256,
            from: self.from,
            client: self.client,
        })
    }
}

impl HmacTable {
    fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<HmacRule> {
        checks.positive(&here.join("window"), self.window);
        let mut name = |key: &str, name: &str| {
            let read = HeaderName::try_from(name);
            if read.is_err() {
                checks.fail(
                    &here.join(key),
                    format!("`{key}` in [{here}] is no name of a header"),
                    "write it as in \"X-Signature\"",
                );
            }
            read.ok()
        };
        let header = name("header", &self.header);
        let timestamp_header = name("timestamp-header", &self.timestamp_header);
        let keys = SecretKeys {
            env: self.key_env,
            file: self.key_file,
            secret: self.key_secret,
            parameter: self.key_parameter,
        };
        let others = SecretKeys {
            env: self.other_key_env,
            file: self.other_key_file,
            secret: self.other_key_secret,
            parameter: self.other_key_parameter,
        };
        if keys.is_empty() {
            checks.fail(
                here,
                format!("none of `key-env`, `key-file`, `key-secret` and `key-parameter` is given in [{here}]"),
                "write `key-env = \"QUELL_WEBHOOK_KEY\"` and set that variable to the key",
            );
        }
        let first = checks.secret(here, "key", keys);
        let second = checks.secret(here, "other-key", others);
        Some(HmacRule {
            keys: first.into_iter().chain(second).collect(),
            header: header?,
            prefix: self.prefix,
            encoding: self.encoding,
            timestamp_header: timestamp_header?,
            window: self.window,
            signed: self.signed,
        })
    }
}

/// Two webhooks of one name would have one address, and a certificate is only shown where one is asked for.
pub(super) fn check_beside(webhooks: &[Webhook], here: &Path, checks: &mut Checks<'_>) {
    for (index, webhook) in webhooks.iter().enumerate() {
        if webhooks.iter().take(index).any(|before| before.name == webhook.name) {
            checks.fail(
                &here.element(index).join("name"),
                format!("there is a webhook `{}` already", webhook.name),
                "give each its own name",
            );
        }
    }
}
