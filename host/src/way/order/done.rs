//! What came of an order.

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Asked, BudgetStanding, NeverBlocked, PluginStanding};
use crate::{
    converge::{Aggregate, Capacity, Drift, Live},
    hold::{Hold, HoldId, Pardon, Pause, Remedy, Target, ToldChange, approval::Pending, budget::Tripped},
    never_block::ListStanding,
    report::Failure,
    roster::{Answers, Refused},
};

/// What came of an order. In JSON an object with one key, as the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Done {
    /// Holds are ended, pardons are in force.
    Released {
        /// The holds that are ended.
        holds: Vec<Hold>,
        /// The pardons that were given.
        pardons: Vec<Pardon>,
        /// Holds that stay in force but deny nothing, because they overlap one of these pardons.
        suspended: Vec<Hold>,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// Holds have a later end.
    Extended {
        /// As they are now.
        holds: Vec<Hold>,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// A pardon is taken back.
    PardonEnded {
        /// Whose.
        prefix: IpNet,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// A prefix is never blocked.
    NeverBlock {
        /// As the journal has it.
        pardon: Pardon,
        /// Holds that stay in force but deny nothing, because they overlap it.
        suspended: Vec<Hold>,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// What is never blocked.
    NeverBlocked {
        /// What was asked for.
        asked: Asked,
        /// What is never blocked, by who says so.
        entries: Vec<NeverBlocked>,
        /// How the lists stand.
        lists: Vec<ListStanding>,
    },
    /// Quell is paused.
    Paused {
        /// Since when and why.
        pause: Pause,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// Quell goes on.
    Resumed {
        /// The pause that is over. None if there was none.
        pause: Option<Pause>,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// Targets were brought to what their holds say.
    Converged {
        /// How.
        acls: Vec<TargetOutcome>,
    },
    /// Nothing was done; this is what would be.
    Planned {
        /// How.
        acls: Vec<TargetOutcome>,
    },
    /// How full network ACLs are.
    Capacity {
        /// One a network ACL.
        acls: Vec<AclCapacity>,
    },
    /// How the plugins stand.
    Plugins {
        /// Whose answers count if an alert goes to several.
        answers: Answers,
        /// One a plugin, in the order in which they are asked.
        plugins: Vec<PluginStanding>,
        /// The newest change of the configuration or of a plugin, if it was not taken over.
        refused: Option<Refused>,
    },
    /// A person's word is noted.
    Voted {
        /// How it stands now.
        pending: Box<Pending>,
        /// The holds that were put in force, if enough people approved.
        holds: Vec<Hold>,
        /// What followed at the targets.
        acls: Vec<TargetOutcome>,
    },
    /// What waits for people.
    Approvals {
        /// The oldest first.
        approvals: Vec<Pending>,
        /// What time it is.
        now: Timestamp,
    },
    /// What was spent of budgets.
    Budgets {
        /// By name.
        budgets: Vec<BudgetStanding>,
    },
    /// A budget is back.
    BudgetReset {
        /// Its name, and whose it is.
        name: String,
        /// Since when it was used up, if it was.
        tripped: Option<Tripped>,
    },
}

/// What was done, or would be, at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TargetOutcome {
    /// The target.
    pub target: Target,
    /// As it was. None if it could not be read.
    pub before: Option<Live>,
    /// The changes, in order.
    pub changes: Vec<ToldChange>,
    /// How many holds are in force and covered, after the changes.
    pub covered: usize,
    /// The holds that are in force but not covered, after the changes.
    pub not_covered: Vec<Uncovered>,
    /// The entries that several holds share for want of room, after the changes.
    pub aggregates: Vec<Aggregate>,
    /// What somebody else had done to what is ours.
    pub drift: Vec<Drift>,
    /// What failed.
    pub failure: Option<Failure>,
}

/// A hold that is in force and not covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Uncovered {
    /// Its number.
    pub hold: HoldId,
    /// What it asks for.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// Why it does not, and what would help.
    pub why: String,
}

/// How full a network ACL is, or why that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AclCapacity {
    /// The network ACL.
    pub target: Target,
    /// How full it is. None if it could not be read.
    pub capacity: Option<Capacity>,
    /// What failed.
    pub failure: Option<Failure>,
}

impl Done {
    /// What the order came to at network ACLs. Empty for the capacity and the plugins.
    pub fn acls(&self) -> &[TargetOutcome] {
        match self {
            Self::Released { acls, .. }
            | Self::Extended { acls, .. }
            | Self::PardonEnded { acls, .. }
            | Self::NeverBlock { acls, .. }
            | Self::Paused { acls, .. }
            | Self::Resumed { acls, .. }
            | Self::Converged { acls }
            | Self::Voted { acls, .. }
            | Self::Planned { acls } => acls,
            Self::Capacity { .. }
            | Self::Plugins { .. }
            | Self::NeverBlocked { .. }
            | Self::Approvals { .. }
            | Self::Budgets { .. }
            | Self::BudgetReset { .. } => &[],
        }
    }

    /// What failed, by network ACL. The journal has the order all the same, and the timer goes on with it.
    pub fn failures(&self) -> impl Iterator<Item = (&Target, &Failure)> {
        let outcomes = self.acls().iter().map(|acl| (&acl.target, acl.failure.as_ref()));
        let capacities = match self {
            Self::Capacity { acls } => acls.as_slice(),
            _ => &[],
        };
        let capacities = capacities.iter().map(|acl| (&acl.target, acl.failure.as_ref()));
        outcomes
            .chain(capacities)
            .filter_map(|(target, failure)| Some((target, failure?)))
    }
}
