//! Instances and their network interfaces.

use std::{fmt, net::IpAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::{InstanceId, InterfaceId, SecurityGroupId, SubnetId, VpcId};

/// What an instance may be looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceName {
    /// Its id.
    Id(InstanceId),
    /// A private or public address of one of its interfaces.
    Address(IpAddr),
    /// Its private or public DNS name.
    HostName(String),
}

impl InstanceName {
    /// Reads a name as a detector gives it: an id if it has the form of one, else an address if it is one, else a host name.
    pub fn read(text: &str) -> Self {
        if let Ok(id) = text.parse() {
            return Self::Id(id);
        }
        match text.parse() {
            Ok(address) => Self::Address(address),
            Err(_) => Self::HostName(text.to_ascii_lowercase()),
        }
    }

    /// Whether it names this instance.
    pub fn names(&self, instance: &Instance) -> bool {
        match self {
            Self::Id(id) => instance.id == *id,
            Self::Address(address) => {
                let mut interfaces = instance.interfaces.iter();
                interfaces.any(|interface| interface.addresses.contains(address))
            }
            Self::HostName(name) => instance.host_names.iter().any(|other| other.eq_ignore_ascii_case(name)),
        }
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Address(address) => address.fmt(formatter),
            Self::HostName(name) => formatter.write_str(name),
        }
    }
}

/// The key of the tag by which EC2 Auto Scaling marks the instances of a group. Nobody else may write it.
pub const AUTO_SCALING_GROUP: &str = "aws:autoscaling:groupName";

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Its state, as EC2 says it: `running`, `stopped`, …
    pub state: String,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Its DNS names, private first, empty ones left out.
    pub host_names: Vec<String>,
    /// Its interfaces, by device index.
    pub interfaces: Vec<Interface>,
    /// Its tags, by key.
    pub tags: Vec<(String, String)>,
}

/// A network interface of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interface {
    /// Its id.
    pub id: InterfaceId,
    /// The subnet that it is in.
    pub subnet: SubnetId,
    /// The VPC that it is in.
    pub vpc: VpcId,
    /// All its addresses: private, public, IPv6.
    pub addresses: Vec<IpAddr>,
    /// Its security groups.
    pub security_groups: Vec<SecurityGroupId>,
}
