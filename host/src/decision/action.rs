//! Actions: the kinds of remediation that the contract knows. Texts are the plugin's own and not checked yet.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::{Direction, PortRange};

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Deny a remote prefix at a network ACL.
    Block(Block),
    /// Cut an instance off by its security groups.
    Isolate(Isolate),
    /// Take one ingress rule out of a security group.
    RevokeIngress(RevokeIngress),
    /// Stop, start or reboot an instance.
    SetInstanceState(SetInstanceState),
    /// An action that the contract has no word for.
    Custom(Custom),
}

impl Action {
    /// Its kind.
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Block(_) => ActionKind::Block,
            Self::Isolate(_) => ActionKind::Isolate,
            Self::RevokeIngress(_) => ActionKind::RevokeIngress,
            Self::SetInstanceState(_) => ActionKind::SetInstanceState,
            Self::Custom(_) => ActionKind::Custom,
        }
    }
}

/// One line for a person.
impl fmt::Display for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Block(block) => {
                let directions: Vec<_> = block.directions.iter().map(|direction| direction.name()).collect();
                write!(
                    formatter,
                    "block {} {} at {}",
                    block.prefix,
                    directions.join(" and "),
                    block.at
                )
            }
            Self::Isolate(isolate) => write!(formatter, "isolate {}", isolate.instance),
            Self::RevokeIngress(revoke) => {
                write!(
                    formatter,
                    "revoke ingress {} from {}",
                    revoke.peer, revoke.security_group
                )
            }
            Self::SetInstanceState(set) => write!(formatter, "{} {}", set.change.name(), set.instance),
            Self::Custom(custom) => write!(formatter, "custom action {}", custom.name),
        }
    }
}

/// A kind of action, as the configuration names it in a plugin's `may` list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// Deny a remote prefix at a network ACL.
    Block,
    /// Cut an instance off by its security groups.
    Isolate,
    /// Take one ingress rule out of a security group.
    RevokeIngress,
    /// Stop, start or reboot an instance.
    SetInstanceState,
    /// An action that the contract has no word for.
    Custom,
}

impl fmt::Display for ActionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Block => "block",
            Self::Isolate => "isolate",
            Self::RevokeIngress => "revoke-ingress",
            Self::SetInstanceState => "set-instance-state",
            Self::Custom => "custom",
        })
    }
}

/// Deny a remote prefix at a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    /// The prefix, as the plugin wrote it.
    pub prefix: String,
    /// One direction, or both, in the order of [`Direction::BOTH`].
    pub directions: Vec<Direction>,
    /// Where.
    pub at: BlockPlace,
}

/// The network ACL that a block is for, by what it protects.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockPlace {
    /// The ACLs of all subnets in which this instance has an interface.
    Instance(String),
    /// The ACL of this subnet.
    Subnet(String),
    /// This ACL.
    NetworkAcl(String),
}

impl fmt::Display for BlockPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => write!(formatter, "instance {id}"),
            Self::Subnet(id) => write!(formatter, "subnet {id}"),
            Self::NetworkAcl(id) => write!(formatter, "network ACL {id}"),
        }
    }
}

/// Cut an instance off by its security groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Isolate {
    /// The instance.
    pub instance: String,
    /// This interface of it only, by id. None: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    /// The groups that its interfaces shall have; empty for the host's choice.
    pub security_groups: Vec<String>,
    /// The remote prefixes that it is known to talk to, as the plugin wrote them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remotes: Vec<String>,
}

/// Take one ingress rule out of a security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokeIngress {
    /// The security group.
    pub security_group: String,
    /// The rule's protocol.
    pub protocol: String,
    /// The rule's ports.
    pub ports: Option<PortRange>,
    /// Whom the rule lets in.
    pub peer: String,
    /// Only the rule that has this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Only a rule that has this description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The prefixes that may come in as before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub narrow_to: Vec<String>,
}

/// Stop, start or reboot an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetInstanceState {
    /// The instance.
    pub instance: String,
    /// What to do to it.
    pub change: StateChange,
}

/// A change of an instance's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StateChange {
    /// Stop it.
    Stop,
    /// Start it.
    Start,
    /// Reboot it.
    Reboot,
}

impl StateChange {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Reboot => "reboot",
        }
    }
}

/// An action that the contract has no word for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Custom {
    /// Its name.
    pub name: String,
    /// The text of a JSON object.
    pub parameters: String,
}
