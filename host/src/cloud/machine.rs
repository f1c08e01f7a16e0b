//! What bears on stopping an instance and on starting it again.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::{InstanceId, VpcId},
    tag::Tag,
};

/// An instance as a thing that is switched on and off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// Its id.
    pub id: InstanceId,
    /// Its VPC. One that is terminated has none any more.
    pub vpc: Option<VpcId>,
    /// Its state.
    pub state: MachineState,
    /// Its tags, by key.
    pub tags: Vec<Tag>,
    /// The ids of its EBS volumes, ordered.
    pub volumes: Vec<String>,
    /// Whether its root device is an instance store. Then it can't be stopped, only terminated.
    pub root_is_instance_store: bool,
    /// Whether it was launched so that it can hibernate. Otherwise a stop loses its memory.
    pub hibernates: bool,
}

/// Whether an instance is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MachineState {
    /// It is coming up.
    Pending,
    /// It is on.
    Running,
    /// It is being terminated.
    ShuttingDown,
    /// It is gone for good. EC2 shows it for about an hour more.
    Terminated,
    /// It is going down, and can be started again when it is down.
    Stopping,
    /// It is off, and can be started again. Its instance store is lost.
    Stopped,
}

impl MachineState {
    /// EC2's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for MachineState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What a stop or a start made of an instance, as the call itself answers. One that changed nothing has the same state twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// The state before the call.
    pub before: MachineState,
    /// The state right after it.
    pub after: MachineState,
}

/// An instance's place in an Auto Scaling group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScalingMembership {
    /// The group's name.
    pub group: String,
    /// How it stands there, as Auto Scaling says it: `InService`, `EnteringStandby`, `Standby`, … The group replaces one that is in service and not on.
    pub lifecycle: String,
}
