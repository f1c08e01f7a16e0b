//! Budgets: how much may be begun within a minute and an hour, and what of it was.
//!
//! What is counted lies in the journal, one note for each budget and each of those whom it is for, and is written in the transaction that puts holds in force: it outlives a
//! restart, and holds for many processes at once. Everything here is pure; both kinds of journal count by it.

mod charging;
mod tally;

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    charging::{Charging, Put, Spending, Withheld},
    tally::{Spent, Tally, Tripped},
};
use super::{Intent, Note};
use crate::{cloud::VpcId, duration::HumanDuration};

/// How much may be begun within a time by, or in, each of those whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Budget {
    /// Its name, unique in one configuration.
    pub name: String,
    /// Whom it is for.
    pub per: Per,
    /// How much it is.
    pub limits: Limits,
    /// How it comes back once it is used up.
    pub comes_back: ComesBack,
}

/// Whom a budget is for: each has one of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// All together.
    #[default]
    Overall,
    /// Each plugin.
    Plugin,
    /// Each account.
    Account,
    /// Each region of an account.
    Region,
    /// Each VPC.
    Vpc,
}

/// How much a budget is. What is not set has no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Limits {
    /// New holds within a minute.
    pub holds_per_minute: Option<u32>,
    /// New holds within an hour.
    pub holds_per_hour: Option<u32>,
    /// Addresses that new holds deny, within an hour; of IPv6, networks of 64 bits.
    pub addresses_per_hour: Option<u64>,
    /// Distinct instances that are changed, within an hour.
    pub instances_per_hour: Option<u32>,
    /// Calls that write to AWS for the sake of alerts, within an hour.
    pub writes_per_hour: Option<u32>,
}

/// How a budget that is used up comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComesBack {
    /// When a person says so.
    ByHand,
    /// After a time.
    After(HumanDuration),
}

/// Where an intent belongs, and what it is held against, beside its target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Scope {
    /// The VPC that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<VpcId>,
    /// The tags of the instance or security group that it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<(String, String)>,
    /// How many instances may be changed within an hour where this one is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
}

impl Scope {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How many instances of some may be changed within an hour (`guard.instances-per-hour`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Share {
    /// Of which: the name of their tally.
    pub of: String,
    /// How many.
    pub most: u32,
}

/// What one intent is charged to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowance {
    /// The name of the tally.
    tally: String,
    limits: Limits,
    /// None: nothing trips, what is too much is refused and the rest goes on.
    comes_back: Option<ComesBack>,
}

impl Budget {
    /// The name of the tally that an intent is charged to: the budget's own, and whose it is.
    pub fn tally_of(&self, intent: &Intent) -> String {
        let (name, target) = (&self.name, &intent.target);
        match self.per {
            Per::Overall => name.clone(),
            Per::Plugin => format!("{name}/{}", intent.plugin),
            Per::Account => format!("{name}/{}", target.account),
            Per::Region => format!("{name}/{}/{}", target.account, target.region),
            Per::Vpc => {
                // What is in no VPC that is known has one budget together.
                let vpc = intent.scope.vpc.as_ref().map_or("no-vpc", VpcId::as_str);
                format!("{name}/{}/{}/{vpc}", target.account, target.region)
            }
        }
    }
}

/// The name of the budget that a tally belongs to.
pub fn name_in(tally: &str) -> &str {
    tally.split('/').next().unwrap_or_default()
}

/// Why what was spent, by its note, keeps all new holds back. None if it does not. What can't be read does.
pub fn kept_back_by(note: &Note, now: Timestamp) -> Option<String> {
    match serde_json::from_str::<Tally>(&note.text) {
        Ok(tally) => tally.tripped_at(now).map(|tripped| tripped.told(&note.name)),
        Err(_) => Some(unreadable(&note.name)),
    }
}

fn unreadable(tally: &str) -> String {
    format!("what was spent of budget `{tally}` can't be read: `quell budgets reset {tally}` begins it anew")
}

fn allowances(budgets: &[Budget], intent: &Intent) -> Vec<Allowance> {
    let of_budgets = budgets.iter().map(|budget| Allowance {
        tally: budget.tally_of(intent),
        limits: budget.limits,
        comes_back: Some(budget.comes_back),
    });
    let of_shares = intent.scope.shares.iter().map(|share| Allowance {
        tally: share.of.clone(),
        limits: Limits {
            instances_per_hour: Some(share.most),
            ..Limits::default()
        },
        comes_back: None,
    });
    of_budgets.chain(of_shares).collect()
}

impl fmt::Display for ComesBack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByHand => formatter.write_str("by hand"),
            Self::After(time) => write!(formatter, "after {time}"),
        }
    }
}

#[cfg(test)]
mod tests;
