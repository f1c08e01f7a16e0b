//! Ids of AWS resources, each a type of its own so that one can't be taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: it must be `{prefix}` and 8 to 17 lower-case hexadecimal digits")]
pub struct NotAnId {
    text: String,
    what: &'static str,
    prefix: &'static str,
}

fn check(text: String, what: &'static str, prefix: &'static str) -> Result<String, NotAnId> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = text
        .strip_prefix(prefix)
        .is_some_and(|digits| (8..=17).contains(&digits.len()) && digits.bytes().all(is_digit));
    if fits {
        return Ok(text);
    }
    // An id comes from outside and may be long; the message must not be.
    let shown = text.chars().take(64).collect();
    Err(NotAnId {
        text: shown,
        what,
        prefix,
    })
}

/// Ids that are made up, for the simulation.
pub(super) trait MadeUp {
    /// The id with this number. Different numbers have different ids, in no order.
    fn made_up(number: u64) -> Self;
}

/// Spreads numbers over all 64 bits, each to another place because it is odd: 2^64 divided by the golden ratio.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": concat!("^", $prefix, "[0-9a-f]{8,17}$") })
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;

            fn try_from(text: String) -> Result<Self, NotAnId> {
                check(text, $what, $prefix).map(Self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                text.to_owned().try_into()
            }
        }

        impl MadeUp for $name {
            fn made_up(number: u64) -> Self {
                Self(format!(concat!($prefix, "{:017x}"), number.wrapping_mul(SPREAD)))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A network ACL's id, such as `acl-0a1b2c3d`.
    AclId, "a network ACL id", "acl-"
);
id!(
    /// An instance's id, such as `i-0a1b2c3d4e5f60718`.
    InstanceId, "an instance id", "i-"
);
id!(
    /// A subnet's id, such as `subnet-0a1b2c3d`.
    SubnetId, "a subnet id", "subnet-"
);
id!(
    /// A VPC's id, such as `vpc-0a1b2c3d`.
    VpcId, "a VPC id", "vpc-"
);
id!(
    /// A security group's id, such as `sg-0a1b2c3d`.
    SecurityGroupId, "a security group id", "sg-"
);
id!(
    /// The id of one rule of a security group, such as `sgr-0a1b2c3d`.
    SecurityGroupRuleId, "a security group rule id", "sgr-"
);
id!(
    /// A network interface's id, such as `eni-0a1b2c3d`.
    InterfaceId, "a network interface id", "eni-"
);
id!(
    /// A snapshot's id, such as `snap-0a1b2c3d`.
    SnapshotId, "a snapshot id", "snap-"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_is_refused_with_what_it_should_be() {
        let error = "subnet-0a1b2c3d".parse::<AclId>().map(|id| id.to_string()).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"`subnet-0a1b2c3d` is not a network ACL id: it must be `acl-` and 8 to 17 lower-case hexadecimal digits"
        );
    }

    #[test]
    fn ids_that_are_made_up_are_ids_and_all_different() {
        let ids: std::collections::BTreeSet<_> = (0..1000).map(SecurityGroupId::made_up).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.as_str().parse::<SecurityGroupId>().is_ok()));
    }

    #[test]
    fn old_short_and_new_long_ids_are_taken() {
        assert!("i-0a1b2c3d".parse::<InstanceId>().is_ok());
        assert!("i-0a1b2c3d4e5f60718".parse::<InstanceId>().is_ok());
        assert!("i-0a1b2c3d4e5f607180".parse::<InstanceId>().is_err());
        assert!("i-".parse::<InstanceId>().is_err());
    }
}
