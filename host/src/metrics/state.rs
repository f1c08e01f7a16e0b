//! State: how things stand when somebody asks.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    converge::Capacity,
    decision::ActionKind,
    hold::{Backlog, Hold},
};

/// How things stand at one moment.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The moment.
    pub now: Timestamp,
    /// Whether holds are put in force, or alerts only observed.
    pub enforcing: bool,
    /// Whether people paused it. By the journal.
    pub paused: bool,
    /// What waits. By the journal.
    pub backlog: Backlog,
    /// How many alerts may wait.
    pub queue: u32,
    /// The holds in force. By the journal.
    pub holds: Vec<Hold>,
    /// How many targets are not brought to their holds yet. By the journal.
    pub unfinished: usize,
    /// How many plans wait for people. By the journal.
    pub approvals: usize,
    /// The budgets. By the journal.
    pub budgets: Vec<BudgetUse>,
    /// The plugins in force.
    pub plugins: Vec<PluginState>,
    /// How many never-block lists can't be read, so that nothing is blocked.
    pub unknown_lists: usize,
    /// Whether the newest configuration was refused, so that the one before goes on.
    pub reload_refused: bool,
    /// How full the network ACLs were that this process converged.
    pub acls: Vec<Capacity>,
}

/// How a budget stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BudgetUse {
    /// Its name in the configuration.
    pub name: String,
    /// For how many of those whom it is for it is used up, or can't be read.
    pub used_up: usize,
}

/// How a plugin stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginState {
    /// Its name in the configuration.
    pub name: String,
    /// The kinds of action that it may ask for.
    pub may: BTreeSet<ActionKind>,
    /// Whether it is loaded.
    pub loaded: bool,
    /// Whether it is put aside, because it keeps failing.
    pub aside: bool,
}
