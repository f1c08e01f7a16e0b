//! Facts: what a plugin may ask the host, and nothing that changes anything.
//!
//! There is one way to ask: a [`Question`] to a [`Facts`]. What stands behind it may be the live sources (`live`) or answers that are at hand
//! (`recorded`). Either way a question of one alert is fetched once (`memo`).

pub mod history;
pub mod live;
pub mod memo;
pub mod observation;
pub mod recorded;
pub mod sightings;
pub mod stealthwatch;

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{
    alert::printable::printable,
    cloud::{Instance, NetworkAcl, SecurityGroup},
};

pub use self::{
    history::{History, HistorySource},
    live::LiveFacts,
    memo::{Asked, Memo},
    observation::{NoObservations, Observation, ObservationSource},
    recorded::RecordedFacts,
    sightings::Sightings,
};

/// Answers questions about one alert.
#[async_trait]
pub trait Facts: Send + Sync {
    /// The answer to one question. The answer's case is the question's case.
    async fn ask(&self, question: &Question) -> Result<Answer, FactError>;
}

/// A question of a plugin, one case a function of the contract's `facts`; or of the guards. The texts are the plugin's and not checked yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact", content = "of")]
pub enum Question {
    /// All observations of the alert.
    Observations,
    /// The instance with this id, address or DNS name.
    Instance(String),
    /// The network ACL of this subnet.
    NetworkAcl(String),
    /// The security group with this id.
    SecurityGroup(String),
    /// What was done about this address before.
    History(String),
    /// Which alerts named this address before. The host asks for that itself; no plugin can.
    Sightings(String),
}

impl Question {
    /// What it is about; None if it is about the alert itself.
    pub fn of(&self) -> Option<&str> {
        match self {
            Self::Observations => None,
            Self::Instance(of)
            | Self::NetworkAcl(of)
            | Self::SecurityGroup(of)
            | Self::History(of)
            | Self::Sightings(of) => Some(of),
        }
    }
}

/// As a listing shows it.
impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Observations => formatter.write_str("observations"),
            Self::Instance(name) => write!(formatter, "instance {}", printable(name)),
            Self::NetworkAcl(subnet) => write!(formatter, "network ACL of {}", printable(subnet)),
            Self::SecurityGroup(id) => write!(formatter, "security group {}", printable(id)),
            Self::History(address) => write!(formatter, "history of {}", printable(address)),
            Self::Sightings(address) => write!(formatter, "sightings of {}", printable(address)),
        }
    }
}

/// An answer, one case a case of [`Question`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fact", content = "is")]
pub enum Answer {
    /// To [`Question::Observations`].
    Observations(Vec<Observation>),
    /// To [`Question::Instance`].
    Instance(Instance),
    /// To [`Question::NetworkAcl`].
    NetworkAcl(NetworkAcl),
    /// To [`Question::SecurityGroup`].
    SecurityGroup(SecurityGroup),
    /// To [`Question::History`].
    History(History),
    /// To [`Question::Sightings`].
    Sightings(Sightings),
}

/// Why there is no answer. The texts say what was asked, of whom, and the remedy where there is one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "error", content = "message")]
pub enum FactError {
    /// There is no such thing.
    #[error("not known: {0}")]
    NotKnown(String),
    /// The host may not ask, or is not configured to.
    #[error("not permitted: {0}")]
    NotPermitted(String),
    /// No usable answer now; perhaps later.
    #[error("unavailable: {0}")]
    Unavailable(String),
}
