//! Words of AWS that stand in the configuration: account numbers, regions, roles and external ids. What does not have its form can't get
//! past the file.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

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
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(into = "String")]
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

        /// By a visitor and not `try_from`, because only then does an error in a list carry the place of the element.
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Word;

                impl de::Visitor<'_> for Word {
                    type Value = $name;

                    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                        formatter.write_str("a string")
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        text.to_owned().try_into().map_err(E::custom)
                    }
                }

                deserializer.deserialize_str(Word)
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
    AccountNumber, "an AWS account's number: 12 digits in quotes", "^[0-9]{12}$", is_account_number
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
word!(
    /// The ARN of an IAM role.
    RoleArn, "the ARN of a role, such as `arn:aws:iam::111122223333:role/quell`",
    r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
    |text| role_account(text).is_some()
);
word!(
    /// An external id, which a role's trust policy asks for. It is no secret.
    ExternalId, "an external id: 2 to 1224 letters, digits and characters of `_+=,.@:/-`", r"^[A-Za-z0-9_+=,.@:/-]{2,1224}$",
    |text| (2..=1224).contains(&text.len()) && text.bytes().all(|byte| is_iam_character(byte) || matches!(byte, b':' | b'/'))
);

word!(
    /// The ARN of a KMS key.
    KmsKeyArn, "the ARN of a KMS key, such as `arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`",
    r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", is_kms_key
);

impl RoleArn {
    /// The account that the role is in.
    pub fn account(&self) -> &str {
        role_account(&self.0).unwrap_or_default()
    }
}

fn is_account_number(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_kms_key(arn: &str) -> bool {
    let parts: Vec<_> = arn.split(':').collect();
    let ["arn", partition, "kms", region, account, key] = parts.as_slice() else {
        return false;
    };
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_key = |id: &str| !id.is_empty() && is_plain(id);
    partition.starts_with("aws")
        && is_plain(region)
        && is_account_number(account)
        && key.strip_prefix("key/").is_some_and(is_key)
}

/// What IAM takes in names: `[\w+=,.@-]`.
fn is_iam_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

/// The account in the ARN of a role, if it is one.
fn role_account(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let ("arn", partition, "iam", "", account, resource, None) = (
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next(),
    ) else {
        return None;
    };
    let is_partition =
        partition.starts_with("aws") && partition.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let role = resource.strip_prefix("role/")?;
    let is_role =
        !role.is_empty() && !role.ends_with('/') && role.bytes().all(|byte| is_iam_character(byte) || byte == b'/');
    (is_partition && is_role && is_account_number(account)).then_some(account)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("arn:aws:iam::111122223333:role/quell")]
    #[case::with_a_path("arn:aws:iam::111122223333:role/security/quell")]
    #[case::another_partition("arn:aws-us-gov:iam::111122223333:role/quell")]
    fn a_role_tells_its_account(#[case] arn: &str) {
        let role = RoleArn::try_from(arn.to_owned()).unwrap();
        assert_eq!(role.account(), "111122223333");
    }

    #[rstest]
    #[case::only_a_name("quell")]
    #[case::a_user("arn:aws:iam::111122223333:user/quell")]
    #[case::a_session("arn:aws:sts::111122223333:assumed-role/quell/me")]
    #[case::no_account("arn:aws:iam:::role/quell")]
    #[case::no_name("arn:aws:iam::111122223333:role/")]
    #[case::more_behind_it("arn:aws:iam::111122223333:role/quell:1")]
    #[case::a_space("arn:aws:iam::111122223333:role/quell ")]
    fn what_is_no_role_is_refused(#[case] arn: &str) {
        assert!(RoleArn::try_from(arn.to_owned()).is_err());
    }

    #[rstest]
    #[case::an_alias("arn:aws:kms:eu-west-1:111122223333:alias/quell")]
    #[case::all_keys("arn:aws:kms:eu-west-1:111122223333:key/*")]
    #[case::only_an_id("1234abcd-12ab-34cd-56ef-1234567890ab")]
    fn a_key_that_iam_would_not_know_is_refused(#[case] arn: &str) {
        assert!(KmsKeyArn::try_from(arn.to_owned()).is_err());
    }

    #[test]
    fn an_external_id_has_the_characters_that_sts_takes() {
        assert!(ExternalId::try_from("quell:production/1".to_owned()).is_ok());
        for wrong in ["", "x", "two words", "né"] {
            assert!(ExternalId::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
