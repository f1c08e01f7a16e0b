//! Remedies: what a hold does to its target.

use std::fmt;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Revocation;
use crate::{
    cloud::{Direction, InterfaceId, SecurityGroupId},
    decision::StateChange,
};

/// What a hold does to its target. On one target there is at most one hold in force for each remedy: whoever asks again extends it.
///
/// In JSON it stands among the other fields of its hold: `"prefix"` and `"direction"`, or `"isolate"`, or `"revoke-ingress"`, or `"set-instance-state"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Remedy {
    /// A network ACL denies a prefix.
    Deny(Denial),
    /// An instance's interfaces are in an isolation group and in no other.
    Isolate {
        /// Which interfaces, which group.
        isolate: Isolation,
    },
    /// A security group does not have a rule.
    Revoke {
        /// Which rule, and what may stay of it.
        #[serde(rename = "revoke-ingress")]
        revoke: Revocation,
    },
    /// An instance is in another state.
    SetState {
        /// What was done to it.
        #[serde(rename = "set-instance-state")]
        change: StateChange,
    },
}

/// A prefix that is denied, in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Denial {
    /// The prefix.
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// Which way.
    pub direction: Direction,
}

/// Interfaces that are cut off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Isolation {
    /// This interface only. None: all that the instance has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<InterfaceId>,
    /// The groups that they are in instead of their own. Empty: the isolation group of their VPC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<SecurityGroupId>,
}

impl Remedy {
    /// A network ACL denies a prefix in one direction.
    pub fn deny(prefix: IpNet, direction: Direction) -> Self {
        Self::Deny(Denial { prefix, direction })
    }

    /// The denial, if it is one.
    pub fn denial(&self) -> Option<Denial> {
        match self {
            Self::Deny(denial) => Some(*denial),
            _ => None,
        }
    }

    /// What tells it from the other remedies of its target, in one word: the prefix of a denial, `isolate`, `stop`.
    pub fn subject(&self) -> String {
        match self {
            Self::Deny(denial) => denial.prefix.to_string(),
            Self::Isolate { isolate } => isolate.to_string(),
            Self::Revoke { revoke } => revoke.to_string(),
            Self::SetState { change } => change.name().to_owned(),
        }
    }
}

/// For a person: `203.0.113.7/32 ingress`, `isolate`.
impl fmt::Display for Remedy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deny(Denial { prefix, direction }) => write!(formatter, "{prefix} {direction}"),
            other => formatter.write_str(&other.subject()),
        }
    }
}

/// `isolate`, or `isolate eni-0a1b2c3d`.
impl fmt::Display for Isolation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interface {
            None => formatter.write_str("isolate"),
            Some(interface) => write!(formatter, "isolate {interface}"),
        }
    }
}
