//! A prefix as a person writes it: CIDR notation without host bits.

use std::{borrow::Cow, fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A prefix in CIDR notation, IPv4 or IPv6, without host bits: `198.51.100.0/24`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Prefix(IpNet);

impl Prefix {
    /// The prefix.
    pub fn net(self) -> IpNet {
        self.0
    }
}

/// A text that is not a prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPrefix {
    /// Neither an address nor a prefix.
    #[error("`{0}` is not a prefix in CIDR notation, such as 198.51.100.0/24 or 2001:db8::/32")]
    Unreadable(String),
    /// An address without a length.
    #[error("`{0}` has no prefix length: write {one} for this one address", one = IpNet::from(*.0))]
    Address(IpAddr),
    /// A prefix with bits behind its length: one of two things was meant, and a guard must not guess.
    #[error(
        "`{0}` has host bits set: write {wide} for the whole prefix, or {one} for this one address",
        wide = .0.trunc(),
        one = IpNet::from(.0.addr())
    )]
    HostBits(IpNet),
}

impl FromStr for Prefix {
    type Err = NotAPrefix;

    fn from_str(text: &str) -> Result<Self, NotAPrefix> {
        if let Ok(address) = text.parse() {
            return Err(NotAPrefix::Address(address));
        }
        match text.parse::<IpNet>() {
            Ok(net) if net == net.trunc() => Ok(Self(net)),
            Ok(net) => Err(NotAPrefix::HostBits(net)),
            Err(_) => Err(NotAPrefix::Unreadable(text.to_owned())),
        }
    }
}

impl From<Prefix> for String {
    fn from(prefix: Prefix) -> Self {
        prefix.to_string()
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// By a visitor and not `try_from`, because only then does an error in a list carry the place of the element.
impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PrefixVisitor;

        impl de::Visitor<'_> for PrefixVisitor {
            type Value = Prefix;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a prefix in quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Prefix, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(PrefixVisitor)
    }
}

impl JsonSchema for Prefix {
    fn schema_name() -> Cow<'static, str> {
        "Prefix".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A prefix in CIDR notation without host bits.",
            "pattern": "^[0-9A-Fa-f:.]+/[0-9]{1,3}$",
            "examples": ["198.51.100.0/24", "2001:db8::/32"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        text.parse::<Prefix>().unwrap_err().to_string()
    }

    #[test]
    fn what_else_may_have_been_meant_is_said_in_the_form_to_write() {
        insta::assert_snapshot!(
            error("198.51.100.7/24"),
            @"`198.51.100.7/24` has host bits set: write 198.51.100.0/24 for the whole prefix, or 198.51.100.7/32 for this one address"
        );
        insta::assert_snapshot!(
            error("2001:db8::7"),
            @"`2001:db8::7` has no prefix length: write 2001:db8::7/128 for this one address"
        );
        insta::assert_snapshot!(
            error("198.51.100.0/33"),
            @"`198.51.100.0/33` is not a prefix in CIDR notation, such as 198.51.100.0/24 or 2001:db8::/32"
        );
    }

    #[test]
    fn both_families_are_taken() {
        for text in ["198.51.100.0/24", "2001:db8::/32", "0.0.0.0/0", "203.0.113.7/32"] {
            assert_eq!(text.parse::<Prefix>().unwrap().to_string(), text);
        }
    }
}
