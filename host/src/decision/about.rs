//! What a remediation is about, by which the guards ask what is around it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, BlockPlace};

/// What a remediation is about, as the plugin wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum About {
    /// The place of a block.
    Place(BlockPlace),
    /// A thing that is changed itself.
    Thing(Thing),
}

/// A thing that is changed itself, by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Thing {
    /// An instance that is isolated, or whose state is changed.
    ChangedInstance(String),
    /// A security group whose rules are changed.
    ChangedSecurityGroup(String),
}

impl Action {
    /// What it is about. None if this host has no word for it.
    pub fn about(&self) -> Option<About> {
        Some(match self {
            Self::Block(block) => About::Place(block.at.clone()),
            Self::Isolate(isolate) => About::Thing(Thing::ChangedInstance(isolate.instance.clone())),
            Self::SetInstanceState(set) => About::Thing(Thing::ChangedInstance(set.instance.clone())),
            Self::RevokeIngress(revoke) => About::Thing(Thing::ChangedSecurityGroup(revoke.security_group.clone())),
            Self::Custom(_) => return None,
        })
    }
}

impl fmt::Display for About {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(place) => place.fmt(formatter),
            Self::Thing(Thing::ChangedInstance(id)) => write!(formatter, "instance {id} itself"),
            Self::Thing(Thing::ChangedSecurityGroup(id)) => write!(formatter, "security group {id} itself"),
        }
    }
}
