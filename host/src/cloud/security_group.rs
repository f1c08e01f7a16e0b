//! Security groups and their rules.

use std::fmt;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    acl::PortRange,
    id::{SecurityGroupId, VpcId},
};

/// A security group. It only allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecurityGroup {
    /// Its id.
    pub id: SecurityGroupId,
    /// Its name.
    pub name: String,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Its tags, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(String, String)>,
    /// Whom it lets in.
    pub ingress: Vec<SecurityGroupRule>,
    /// Whom it lets out to.
    pub egress: Vec<SecurityGroupRule>,
}

/// One rule of a security group, for one peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecurityGroupRule {
    /// As EC2 says it: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub protocol: String,
    /// The ports. None for all.
    pub ports: Option<PortRange>,
    /// The other side.
    pub peer: Peer,
}

/// The other side of a security group's rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// Addresses.
    Prefix(#[schemars(with = "String")] IpNet),
    /// The members of a security group, by its id, which may be another account's.
    Group(String),
    /// A managed prefix list, by its id.
    PrefixList(String),
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => prefix.fmt(formatter),
            Self::Group(id) | Self::PrefixList(id) => formatter.write_str(id),
        }
    }
}
