//! The decision: what a plugin answers, exactly as it said it.
//!
//! Nothing here is believed yet: prefixes and ids are still the plugin's own text. The guards read them, and only what
//! passed the guards has types that the rest of the host takes.

pub mod about;
pub mod action;
mod remotes;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::about::{About, Thing};
pub use self::action::{
    Action, ActionKind, Block, BlockPlace, Custom, Isolate, RevokeIngress, SetInstanceState, StateChange,
};

/// What a plugin answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Do these.
    Remediate(Proposal),
    /// Do nothing, for a reason.
    Nothing(Abstention),
}

/// Remediations that a plugin asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// In the order of their importance.
    pub remediations: Vec<Remediation>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// A reason to do nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Abstention {
    /// One sentence.
    pub reason: String,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// One thing to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remediation {
    /// What to do.
    pub action: Action,
    /// One sentence: why this, to this target.
    pub reason: String,
    /// How sure the plugin is: 0 to 100 if it keeps to the contract.
    pub confidence: u8,
    /// When it ends.
    pub until: End,
}

/// When a remediation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// So many seconds after it is carried out.
    Seconds(u64),
    /// When a person releases it.
    Released,
}
