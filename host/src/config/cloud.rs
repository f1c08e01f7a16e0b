//! `[aws]` and `[simulated]`: the account that is protected. Exactly one of them is there.

use std::{borrow::Cow, fmt, path::PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::duration::HumanDuration;

/// The account that is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cloud {
    /// A real one.
    Aws(Aws),
    /// One in memory.
    Simulated(Simulated),
}

/// A real AWS account. Credentials come from the usual chain: environment, profile, role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Aws {
    /// The account that the credentials lead to. An alert that names another is refused.
    pub account: AccountNumber,
    /// The region that is protected. An alert that names another is refused.
    pub region: Region,
    /// How long one call of the EC2 API may take, with its retries.
    #[serde(default = "call_timeout")]
    pub call_timeout: HumanDuration,
}

fn call_timeout() -> HumanDuration {
    HumanDuration::from_secs(10)
}

/// A strict simulation of an AWS account in memory, for trying out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Simulated {
    /// The file that says what is in the account. Relative to the configuration file.
    pub account_file: PathBuf,
}

/// A text that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}")]
pub struct NotThat {
    text: String,
    what: &'static str,
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $what:literal, $pattern:literal, $fits:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotThat;

            fn try_from(text: String) -> Result<Self, NotThat> {
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err(NotThat { text, what: $what }) }
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

word!(
    /// An AWS account's number.
    AccountNumber, "an AWS account's number: 12 digits in quotes", "^[0-9]{12}$",
    |text| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
);
word!(
    /// An AWS region's name.
    Region, "an AWS region's name, such as `eu-west-1`", "^[a-z]+(-[a-z0-9]+)+$",
    |text| {
        text.contains('-')
            && text.split('-').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
    }
);
