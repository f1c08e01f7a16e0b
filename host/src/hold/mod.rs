//! Holds and the journal that keeps them.
//!
//! The journal is the only memory Quell has: what came in ([`delivery`]), what is in force and until when ([`Hold`]), and which AWS writes
//! were begun and how they ended ([`change`]). Every row is written before the act that it speaks of.

mod act;
pub mod agreement;
pub mod approval;
pub mod archive;
pub mod backlog;
pub mod budget;
pub mod change;
pub mod coverage;
pub mod delivery;
#[cfg(feature = "aws")]
pub mod dynamo;
pub mod entry_change;
pub mod error;
pub mod feedback;
pub mod filter;
pub mod group_change;
pub mod image;
pub mod journal;
pub mod lease;
pub mod ledger;
pub mod machine_change;
pub mod note;
pub mod pardon;
pub mod pause;
pub mod remedy;
pub mod revocation;
pub mod sqlite;
pub mod target;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[cfg(feature = "aws")]
pub use self::dynamo::DynamoJournal;
pub use self::{
    agreement::{Disagreement, agree},
    backlog::Backlog,
    budget::{Budget, Put, Scope, Share, Spending, Withheld},
    change::{Change, ChangeId, Effect, MadeChange, ToldChange},
    coverage::Coverage,
    delivery::{Admission, Attempt, Delivery, DeliveryId, DeliveryState},
    entry_change::{EntryChange, OwnEntry},
    error::JournalError,
    feedback::{Feedback, FeedbackId, FeedbackState, News, Subject},
    filter::HoldFilter,
    group_change::{GroupChange, GroupRole, Purpose},
    image::{Image, InterfaceImage, KeptImage, MachineImage, MachineStep, RuleImage},
    journal::{ChangeEnd, Journal, Pruned, Revision, Situation},
    lease::{Lease, Leasing, Owner},
    machine_change::MachineChange,
    note::{Note, NoteKind},
    pardon::Pardon,
    pause::Pause,
    remedy::{Denial, Isolation, Remedy},
    revocation::Revocation,
    sqlite::SqliteJournal,
    target::{Resource, Target},
};

/// The number of a hold in its journal, as people see and type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HoldId(pub i64);

impl std::fmt::Display for HoldId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::str::FromStr for HoldId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// One remedy in force on one target, until a time.
///
/// There is at most one hold in force for a target and remedy: a re-offence extends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its number.
    pub id: HoldId,
    /// What it bears on.
    pub target: Target,
    /// What it does to it.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// Why, in the words of the plugin; of the newest alert that asked for it.
    pub reason: String,
    /// How sure the plugin was, 0 to 100; the surest of all alerts that asked for it.
    pub confidence: u8,
    /// How bad the detector said it is, 0 to 100; in the newest alert that said so. None if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<u8>,
    /// The plugin that asked for it last.
    pub plugin: String,
    /// The alert that asked for it last, as `detector/id`.
    pub alert: String,
    /// When it began.
    pub since: Timestamp,
    /// When it ends by itself; None if it lasts until released.
    pub until: Option<Timestamp>,
    /// How many deliveries asked for it.
    pub offences: u32,
    /// Whether and how the target does what the hold asks for, as of the last converge.
    pub coverage: Coverage,
    /// When and why it ended. None while it is in force.
    pub ended: Option<Ended>,
}

impl Hold {
    /// The hold that begins with an intent.
    pub(crate) fn begun(id: HoldId, intent: &Intent, now: Timestamp) -> Self {
        Self {
            id,
            target: intent.target.clone(),
            remedy: intent.remedy.clone(),
            reason: intent.reason.clone(),
            confidence: intent.confidence,
            severity: intent.severity,
            plugin: intent.plugin.clone(),
            alert: intent.alert.clone(),
            since: now,
            until: intent.until,
            offences: 1,
            coverage: Coverage::Pending,
            ended: None,
        }
    }

    /// Whether it is in force at `now`: not ended, and its time is not up.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.ended.is_none() && self.until.is_none_or(|until| until > now)
    }
}

/// The end of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: EndReason,
}

/// Why a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// Its time was up.
    Expired,
    /// A person released it.
    Released,
}

/// A hold that shall be: what the guards let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// What it bears on.
    pub target: Target,
    /// What it does to it.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// Why, in the words of the plugin.
    pub reason: String,
    /// How sure the plugin is, 0 to 100.
    pub confidence: u8,
    /// How bad the detector says it is, 0 to 100.
    pub severity: Option<u8>,
    /// What must stay reachable around it: the prefixes of the VPC, the addresses of the instance and of the alert's own side. No aggregate may cover
    /// them. The journal keeps them with the target.
    pub spare: Vec<IpNet>,
    /// The plugin.
    pub plugin: String,
    /// The alert, as `detector/id`.
    pub alert: String,
    /// When it ends by itself; None for until released.
    pub until: Option<Timestamp>,
    /// Where it belongs, and what it is held against.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
}
