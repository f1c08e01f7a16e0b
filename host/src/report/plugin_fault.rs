//! How a plugin failed, in one word: what figures are counted by.

use serde::{Deserialize, Serialize};

use crate::{
    roster::NotAsked,
    sandbox::{Failure, Fault},
};

/// How a plugin failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PluginFault {
    /// It says itself that it can't decide.
    Declined,
    /// A fact could not be had.
    Facts,
    /// Its own code ran too long.
    GuestTime,
    /// It took too long over all.
    WallClock,
    /// It asked for too much memory.
    Memory,
    /// It panicked, or trapped.
    Trap,
    /// It went over another limit: parts, stack, facts that it asked for, bytes that it passed.
    Limit,
    /// Its answer is none that a plugin may give.
    Answer,
    /// The host could not run it.
    Unrunnable,
    /// It was not asked, because it could not be loaded.
    NotLoaded,
    /// It was not asked, because it failed too often and rests.
    Aside,
}

impl PluginFault {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Facts => "facts",
            Self::GuestTime => "guest-time",
            Self::WallClock => "wall-clock",
            Self::Memory => "memory",
            Self::Trap => "trap",
            Self::Limit => "limit",
            Self::Answer => "answer",
            Self::Unrunnable => "unrunnable",
            Self::NotLoaded => "not-loaded",
            Self::Aside => "aside",
        }
    }
}

impl From<&Fault> for PluginFault {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Failed(Failure::Facts(_)) => Self::Facts,
            Fault::Failed(Failure::Settings(_) | Failure::Alert(_) | Failure::Other(_)) => Self::Declined,
            Fault::GuestTime { .. } | Fault::Fuel { .. } => Self::GuestTime,
            Fault::WallClock { .. } => Self::WallClock,
            Fault::Memory { .. } => Self::Memory,
            Fault::OutOfMemoryBounds | Fault::Panicked { .. } | Fault::Trapped { .. } => Self::Trap,
            Fault::TableElements { .. }
            | Fault::Parts { .. }
            | Fault::Stack { .. }
            | Fault::HostCalls { .. }
            | Fault::PassedBytes { .. } => Self::Limit,
            Fault::TooMany { .. } | Fault::TooLong { .. } | Fault::UnknownAction { .. } | Fault::NotUtf8 { .. } => {
                Self::Answer
            }
            Fault::Unrunnable { .. } => Self::Unrunnable,
        }
    }
}

impl From<&NotAsked> for PluginFault {
    fn from(why: &NotAsked) -> Self {
        match why {
            NotAsked::NotLoaded(_) => Self::NotLoaded,
            NotAsked::Aside { .. } => Self::Aside,
        }
    }
}
