//! Changes of an instance's state, and what comes before and after them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::Effect;
use crate::cloud::InstanceId;

/// One write to an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum MachineChange {
    /// Take snapshots of all its volumes, of one moment.
    Snapshot {
        /// The instance.
        instance: InstanceId,
        /// The alert, as `detector/id`: the snapshots are tagged with it.
        alert: String,
    },
    /// Set it to standby in its Auto Scaling group, which would replace it otherwise.
    EnterStandby {
        /// The instance.
        instance: InstanceId,
        /// The Auto Scaling group.
        group: String,
    },
    /// Give it back to its Auto Scaling group.
    ExitStandby {
        /// The instance.
        instance: InstanceId,
        /// The Auto Scaling group.
        group: String,
    },
    /// Stop it.
    Stop {
        /// The instance.
        instance: InstanceId,
        /// Whether it hibernates: its memory is kept on its root volume.
        #[serde(default, skip_serializing_if = "is_no")]
        hibernate: bool,
    },
    /// Start it.
    Start {
        /// The instance.
        instance: InstanceId,
    },
    /// Reboot it.
    Reboot {
        /// The instance.
        instance: InstanceId,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_no(hibernate: &bool) -> bool {
    !hibernate
}

impl MachineChange {
    /// The key of the tag that snapshots get. Its value is the alert.
    pub const SNAPSHOT_TAG: &str = "quell:alert";

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::Snapshot { .. } => Effect::Adds,
            _ => Effect::Alters,
        }
    }
}

impl fmt::Display for MachineChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot { instance, .. } => write!(formatter, "snapshots of all volumes of {instance}"),
            Self::EnterStandby { instance, group } => {
                write!(formatter, "{instance} to standby in Auto Scaling group {group}")
            }
            Self::ExitStandby { instance, group } => {
                write!(formatter, "{instance} back to service in Auto Scaling group {group}")
            }
            Self::Stop {
                instance,
                hibernate: true,
            } => write!(formatter, "hibernate {instance}"),
            Self::Stop { instance, .. } => write!(formatter, "stop {instance}"),
            Self::Start { instance } => write!(formatter, "start {instance}"),
            Self::Reboot { instance } => write!(formatter, "reboot {instance}"),
        }
    }
}
