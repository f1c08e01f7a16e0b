//! Before-images: how a part of a target was before Quell changed it, and what Quell made of it.
//!
//! An image is in the journal before the first call that changes its part, and stays until the part is as it was again, is gone, or is no business of ours any
//! more; at the latest until the journal forgets what is over. What an image says of ours tells our own
//! doing from somebody else's: what is neither as it was nor as we made it, somebody else made, and it is left alone.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::HoldId;
use crate::cloud::{GroupRule, InterfaceId, MachineState, RuleSpec, SecurityGroupId, SnapshotId};

/// How one part of a target was, and what we made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "part")]
pub enum Image {
    /// The groups of an interface.
    Interface(InterfaceImage),
    /// A rule of a security group.
    Rule(RuleImage),
    /// An instance's state.
    Machine(MachineImage),
}

/// The groups of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InterfaceImage {
    /// The interface.
    pub interface: InterfaceId,
    /// The groups that it was in, as somebody else left them last.
    pub before: Vec<SecurityGroupId>,
    /// All sets of groups that we put it into, or began to.
    pub ours: Vec<Vec<SecurityGroupId>>,
    /// Whether we put it back. It is looked at for a while all the same: a write whose answer was lost may come late.
    #[serde(default)]
    pub restored: bool,
    /// Whether AWS refused to isolate it when it was open to everybody already, so that it was put back. Before it is opened again AWS is asked whether it may be isolated.
    #[serde(default, skip_serializing_if = "is_false")]
    pub refused: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A rule of a security group that was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RuleImage {
    /// As it was. Put back, it has another id.
    pub before: GroupRule,
    /// The narrower rules that we put in its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<RuleSpec>,
    /// Whether we put it back. It is looked at for a while all the same: a write whose answer was lost may come late.
    #[serde(default)]
    pub restored: bool,
}

/// An instance's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MachineImage {
    /// As somebody else left it.
    pub before: MachineState,
    /// What we did to it so far.
    pub step: MachineStep,
    /// The snapshots that were taken of its volumes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<SnapshotId>,
    /// The Auto Scaling group in which we set it to standby.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<String>,
    /// The holds for which it was rebooted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebooted: Vec<HoldId>,
}

/// How far an instance's change of state came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MachineStep {
    /// What has to be before it is done or under way.
    Prepared,
    /// The call was begun. It is not known that it was ours that changed the state.
    Asked,
    /// AWS answered that the state changed by our call.
    Done,
    /// It was put back.
    Restored,
}

/// An image as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptImage {
    /// The image.
    pub image: Image,
    /// When it was last written.
    pub written: Timestamp,
}

impl Image {
    /// Which part of its target it is of: an interface's id, what a rule lets in, or `state`. A rule that somebody puts in again has another id and is the
    /// same part.
    pub fn part(&self) -> String {
        match self {
            Self::Interface(image) => image.interface.to_string(),
            Self::Rule(image) => {
                let RuleSpec {
                    direction,
                    protocol,
                    ports,
                    peer,
                    ..
                } = &image.before.rule;
                let ports = ports.map_or_else(String::new, |ports| format!(" {}-{}", ports.first, ports.last));
                format!("{direction} {protocol}{ports} {peer}")
            }
            Self::Machine(_) => "state".to_owned(),
        }
    }
}
