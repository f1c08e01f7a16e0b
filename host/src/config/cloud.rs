//! The accounts that are protected: `[aws]`, or `[simulated]` for trying out. Exactly one of them is there.

use std::{fmt, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Aws, checks::Checks, path::Path};

/// The accounts that are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cloud {
    /// Real ones.
    Aws(Aws),
    /// In memory.
    Simulated(Simulated),
}

/// Strict simulations of AWS accounts in memory, for trying out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Simulated {
    /// The file that says what is in the account, or a list of files, one for each account and region. Relative to the configuration file.
    #[serde(rename = "account-file", deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub account_files: Vec<PathBuf>,
    /// A directory with what the API of Stealthwatch Cloud answered for each alert, `<id>.json`, in place of `[stealthwatch-cloud]`. Relative to the
    /// configuration file.
    #[serde(default)]
    pub observations: Option<PathBuf>,
}

impl Cloud {
    /// Whether a role is assumed for any account.
    pub fn assumes_roles(&self) -> bool {
        match self {
            Self::Aws(aws) => aws.accounts.iter().any(|account| account.role.is_some()),
            Self::Simulated(_) => false,
        }
    }

    /// The one that is given. None if something was wrong.
    pub(super) fn check(aws: Option<Aws>, simulated: Option<Simulated>, checks: &mut Checks<'_>) -> Option<Self> {
        match (aws, simulated) {
            (Some(aws), None) => {
                aws.check(&Path::key("aws"), checks);
                Some(Self::Aws(aws))
            }
            (None, Some(simulated)) => Some(Self::Simulated(Simulated {
                account_files: simulated
                    .account_files
                    .iter()
                    .map(|path| checks.resolve(path))
                    .collect(),
                observations: simulated.observations.map(|path| checks.resolve(&path)),
            })),
            (Some(_), Some(_)) => {
                checks.fail(
                    &Path::key("simulated"),
                    "both [aws] and [simulated] are given",
                    "keep [aws] to protect a real account, or [simulated] to try things out",
                );
                None
            }
            (None, None) => {
                checks.fail(
                    &Path::default(),
                    "neither [aws] nor [simulated] is given, so there is no account to protect",
                    "write `[[aws.account]]` for a real account, or `[simulated]` with an `account-file`",
                );
                None
            }
        }
    }
}

/// What the schema says of one or more paths.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum OneOrMore {
    One(PathBuf),
    More(#[schemars(length(min = 1))] Vec<PathBuf>),
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    struct Paths;

    impl<'de> de::Visitor<'de> for Paths {
        type Value = Vec<PathBuf>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a path in quotes, or a list of some")
        }

        fn visit_str<E: de::Error>(self, path: &str) -> Result<Self::Value, E> {
            Ok(vec![path.into()])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
            let mut paths = Vec::new();
            while let Some(path) = elements.next_element()? {
                paths.push(path);
            }
            if paths.is_empty() {
                return Err(de::Error::custom("the list is empty: name at least one file"));
            }
            Ok(paths)
        }
    }

    deserializer.deserialize_any(Paths)
}
