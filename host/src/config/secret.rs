//! A secret: a key or token that never stands in the configuration, only where it is kept.

use std::{fmt, path::PathBuf};

/// Where a key or token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(PathBuf),
    /// In AWS Secrets Manager.
    SecretsManager {
        /// Its name or its ARN.
        id: String,
        /// The key in the JSON object that is kept there. None if the whole of it is the secret.
        key: Option<String>,
    },
    /// In AWS Systems Manager Parameter Store, by this name or ARN.
    ParameterStore(String),
}

impl Secret {
    /// The region that the place itself names, which is that of its ARN.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Env(_) | Self::File(_) => None,
            Self::SecretsManager { id: name, .. } | Self::ParameterStore(name) => {
                name.strip_prefix("arn:")?.split(':').nth(2)
            }
        }
    }

    /// Whether it is had from AWS, over the network.
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::SecretsManager { .. } | Self::ParameterStore(_))
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "the environment variable {name}"),
            Self::File(path) => write!(formatter, "the file {}", path.display()),
            Self::SecretsManager { id, key: None } => write!(formatter, "the secret {id} in Secrets Manager"),
            Self::SecretsManager { id, key: Some(key) } => {
                write!(formatter, "the key {key} of the secret {id} in Secrets Manager")
            }
            Self::ParameterStore(name) => write!(formatter, "the parameter {name} in Parameter Store"),
        }
    }
}

/// The four keys of one secret as they stand in a table, of which at most one may be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SecretKeys {
    /// `…-env`.
    pub(super) env: Option<String>,
    /// `…-file`.
    pub(super) file: Option<PathBuf>,
    /// `…-secret`.
    pub(super) secret: Option<String>,
    /// `…-parameter`.
    pub(super) parameter: Option<String>,
}

impl SecretKeys {
    /// Whether none of them is there.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The ends of the names of those that are there.
    pub(super) fn given(&self) -> Vec<&'static str> {
        let all = [
            ("env", self.env.is_some()),
            ("file", self.file.is_some()),
            ("secret", self.secret.is_some()),
            ("parameter", self.parameter.is_some()),
        ];
        all.into_iter()
            .filter(|(_, given)| *given)
            .map(|(end, _)| end)
            .collect()
    }
}

/// A secret of Secrets Manager, from `NAME`, `ARN`, `NAME#KEY` or `ARN#KEY`. No name has a `#` in it. None if it is not of that form.
pub(super) fn secrets_manager(text: &str) -> Option<Secret> {
    let (id, key) = match text.split_once('#') {
        Some((id, key)) => (id, Some(key)),
        None => (text, None),
    };
    let fits = match id.strip_prefix("arn:") {
        Some(arn) => is_arn_of("secretsmanager", "secret:", arn),
        None => is_name(id, "/_+=.@-"),
    };
    let key_fits = key.is_none_or(|key| !key.is_empty() && !key.chars().any(char::is_control));
    (fits && key_fits).then(|| Secret::SecretsManager {
        id: id.to_owned(),
        key: key.map(str::to_owned),
    })
}

/// A parameter, from its name or ARN, either with `:VERSION` or `:LABEL` behind it or not. None if it is not of that form.
pub(super) fn parameter_store(text: &str) -> Option<Secret> {
    let fits = match text.strip_prefix("arn:") {
        Some(arn) => is_arn_of("ssm", "parameter", arn),
        None => is_name(text, "/_.-:"),
    };
    fits.then(|| Secret::ParameterStore(text.to_owned()))
}

/// The longest ARN that Parameter Store takes. Secrets Manager takes some more, for names that nobody gives.
const MOST_CHARACTERS: usize = 2048;

fn is_name(text: &str, more: &str) -> bool {
    (1..=MOST_CHARACTERS).contains(&text.len())
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || more.contains(character))
}

/// Whether this is `PARTITION:SERVICE:REGION:ACCOUNT:` and a resource of this kind.
fn is_arn_of(service: &str, kind: &str, arn: &str) -> bool {
    let parts: Vec<_> = arn.splitn(5, ':').collect();
    let [partition, of, region, account, resource] = parts.as_slice() else {
        return false;
    };
    partition.starts_with("aws")
        && *of == service
        && region.contains('-')
        && is_name(region, "-")
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && resource
            .strip_prefix(kind)
            .is_some_and(|name| is_name(name, "/_+=.@-:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_named_with_or_without_a_key_and_knows_the_region_of_its_arn() {
        let named = secrets_manager("quell/stealthwatch#api-key").unwrap();
        insta::assert_snapshot!(named, @"the key api-key of the secret quell/stealthwatch in Secrets Manager");
        assert_eq!(named.region(), None);
        let arn = secrets_manager("arn:aws:secretsmanager:eu-west-1:111122223333:secret:quell/http-AbCdEf").unwrap();
        assert_eq!(arn.region(), Some("eu-west-1"));
        let parameter = parameter_store("arn:aws-cn:ssm:cn-north-1:111122223333:parameter/quell/key").unwrap();
        assert_eq!(parameter.region(), Some("cn-north-1"));
        insta::assert_snapshot!(parameter_store("/quell/key:3").unwrap(), @"the parameter /quell/key:3 in Parameter Store");
    }

    #[test]
    fn what_can_not_be_a_name_is_refused_before_aws_is_asked() {
        for text in [
            "",
            "#key",
            "name#",
            "a secret",
            "arn:aws:s3:::bucket",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/key",
            "arn:aws:secretsmanager::111122223333:secret:name",
            "arn:aws:secretsmanager:eu-west-1:1111:secret:name",
        ] {
            assert_eq!(secrets_manager(text), None, "{text}");
        }
        for text in [
            "",
            "a b",
            "key#part",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:name",
        ] {
            assert_eq!(parameter_store(text), None, "{text}");
        }
    }
}
