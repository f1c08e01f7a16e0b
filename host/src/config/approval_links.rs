//! `[approval-links]`: links by which people approve and reject.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    checks::Checks,
    path::Path,
    secret::{Secret, SecretKeys},
};

/// Links by which people approve and reject, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalLinks {
    /// The key that links are signed with.
    pub key: Secret,
    /// Where people reach the HTTP door.
    pub url: Url,
}

/// Links by which people approve of what waits, or reject it, at the HTTP door. Without a key there are none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "ApprovalLinks")]
pub(super) struct ApprovalLinksTable {
    /// The environment variable that holds the key that links are signed with: at least 32 random bytes.
    pub(super) key_env: Option<String>,
    /// The file that holds the key and nothing else. Relative to the configuration file.
    pub(super) key_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is the key: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(super) key_secret: Option<String>,
    /// The parameter in Parameter Store that is the key: its name or ARN. It is decrypted.
    pub(super) key_parameter: Option<String>,
    /// Where people reach the HTTP door, such as `https://quell.example.com`.
    pub(super) url: Option<Url>,
}

impl ApprovalLinksTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<ApprovalLinks> {
        let keys = SecretKeys {
            env: self.key_env,
            file: self.key_file,
            secret: self.key_secret,
            parameter: self.key_parameter,
        };
        if keys.is_empty() && self.url.is_none() {
            return None;
        }
        let is_without_key = keys.is_empty();
        let key = checks.secret(here, "key", keys);
        if is_without_key {
            checks.fail(
                here,
                "there is a `url` for approval links, and no key to sign them with",
                "set one of key-env, key-file, key-secret and key-parameter; `openssl rand -hex 32` makes a key",
            );
        }
        let Some(url) = self.url else {
            checks.fail(
                here,
                "there is a key for approval links, and no `url` that they could begin with",
                "say where people reach the HTTP door: url = \"https://quell.example.com\"",
            );
            return None;
        };
        let is_loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
            checks.fail(
                &here.join("url"),
                format!("`{url}` is no https address, and a link is good for whoever reads it on the way"),
                "put something that ends TLS in front of the HTTP door, and give its address",
            );
        }
        Some(ApprovalLinks { key: key?, url })
    }
}
