//! A state in which an instance stays.

use crate::{
    cloud::{InstanceId, MachineState},
    hold::MachineChange,
};

/// A state in which an instance stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Stopped,
    Running,
}

impl Wanted {
    /// The one that it stays in, or comes to, when it is in this one.
    pub(super) fn of(state: MachineState) -> Self {
        match state {
            MachineState::Running | MachineState::Pending => Self::Running,
            _ => Self::Stopped,
        }
    }

    pub(super) fn is(self, state: MachineState) -> bool {
        match self {
            Self::Stopped => state == MachineState::Stopped,
            Self::Running => state == MachineState::Running,
        }
    }

    pub(super) fn opposite(self) -> Self {
        match self {
            Self::Stopped => Self::Running,
            Self::Running => Self::Stopped,
        }
    }

    pub(super) fn state(self) -> MachineState {
        match self {
            Self::Stopped => MachineState::Stopped,
            Self::Running => MachineState::Running,
        }
    }

    pub(super) fn change(self, instance: InstanceId, hibernate: bool) -> MachineChange {
        match self {
            Self::Stopped => MachineChange::Stop { instance, hibernate },
            Self::Running => MachineChange::Start { instance },
        }
    }
}
