//! Orders: what a person asks of a Quell, whether it runs or is down.
//!
//! [`Host::carry_order`] is the one way. The daemon's door leads to it, and a command that finds no daemon goes it itself.

mod approval;
mod budgets;
mod capacity_table;
pub mod done;
mod error;
mod never_block;
mod never_block_table;
mod pardon;
mod plugin_table;
mod plugins;
mod put_back;
mod release;
mod targets;
mod term;
#[cfg(test)]
mod tests;
pub mod text;
mod trust_table;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::{
    approval::Word,
    budgets::BudgetStanding,
    done::{AclCapacity, Done, TargetOutcome, Uncovered},
    error::OrderError,
    never_block::{Asked, NeverBlocked},
    pardon::PardonTerms,
    plugins::{PluginStanding, PluginState},
};
use super::Host;
use crate::{
    address::AddressOrPrefix,
    hold::{
        HoldId, Pause, Resource, Target,
        approval::{Act, How},
    },
};

/// What a person asks of a Quell.
///
/// In JSON an object with one key, the order's name: `{"release":{"holds":[42]}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// End holds before their time.
    Release(Release),
    /// Give holds a later end; none of them, if one can't be given it.
    Extend {
        /// The holds.
        holds: Vec<HoldId>,
        /// When they end; None: when they are released. In JSON it must be there, so that nothing becomes endless by a mistake in typing.
        #[serde(deserialize_with = "present")]
        until: Option<Timestamp>,
    },
    /// Take the pardon of a prefix back.
    EndPardon {
        /// The prefix, as it was pardoned.
        prefix: AddressOrPrefix,
    },
    /// Never block a prefix, beside what the configuration and its lists say, until [`Self::EndPardon`] or a time.
    NeverBlock {
        /// The prefix.
        prefix: AddressOrPrefix,
        /// When that ends. None: when it is taken back.
        #[serde(default)]
        until: Option<Timestamp>,
        /// Why, for the others who look.
        #[serde(default)]
        reason: String,
    },
    /// Say what is never blocked, and why.
    NeverBlocked {
        /// Only what overlaps this.
        #[serde(default)]
        address: Option<AddressOrPrefix>,
    },
    /// Do nothing more of what holds ask for until told otherwise. What ends is still taken back.
    Pause {
        /// Why, for the others who look.
        #[serde(default)]
        reason: String,
    },
    /// End the pause.
    Resume {},
    /// Bring targets to what their holds say.
    Converge {
        /// Only say what would be changed.
        #[serde(default)]
        dry_run: bool,
        /// Which targets.
        #[serde(default)]
        at: TargetFilter,
    },
    /// Put interfaces of an instance that no hold isolates any more back into their groups, whatever somebody else made of them meanwhile.
    PutBack {
        /// The instance.
        resource: Resource,
    },
    /// Say how full network ACLs are.
    Capacity {
        /// Which network ACLs.
        #[serde(default)]
        at: TargetFilter,
    },
    /// Say how the plugins stand.
    Plugins {},
    /// Approve of a hold that waits.
    Approve(Word),
    /// Reject a hold that waits.
    Reject(Word),
    /// Say what waits for people.
    Approvals {
        /// What waits no more, too.
        #[serde(default)]
        all: bool,
    },
    /// Say what was spent of budgets.
    Budgets {},
    /// Bring a budget back.
    ResetBudget {
        /// Its name, and whose it is.
        name: String,
    },
}

/// Which holds to end, and whether to pardon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Release {
    /// These holds. If one of them is not in force none is ended.
    pub holds: Vec<HoldId>,
    /// All holds on this prefix or inside of it.
    pub address: Option<AddressOrPrefix>,
    /// Don't block the address again, nor the prefixes of the holds, for a time.
    pub pardon: Option<PardonTerms>,
}

/// Which targets, of those that the journal knows: those that fulfil all that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct TargetFilter {
    /// Only those in this account, 12 digits.
    pub account: Option<String>,
    /// Only those in this region.
    pub region: Option<String>,
    /// Only this network ACL, instance or security group, wherever it is.
    #[serde(alias = "acl")]
    pub resource: Option<Resource>,
}

impl TargetFilter {
    /// Whether a target is meant.
    pub fn has(&self, target: &Target) -> bool {
        self.account.as_ref().is_none_or(|account| *account == target.account)
            && self.region.as_ref().is_none_or(|region| *region == target.region)
            && self
                .resource
                .as_ref()
                .is_none_or(|resource| *resource == target.resource)
    }
}

impl Order {
    /// Whether it only looks: nothing is written, neither to AWS nor to the journal.
    pub fn is_look(&self) -> bool {
        matches!(
            self,
            Self::Converge { dry_run: true, .. }
                | Self::Capacity { .. }
                | Self::Plugins {}
                | Self::NeverBlocked { .. }
                | Self::Approvals { .. }
                | Self::Budgets {}
        )
    }

    /// Whether it makes sense where there is no journal yet. All others are about something that a journal has.
    pub fn may_begin_a_journal(&self) -> bool {
        match self {
            Self::Pause { .. } | Self::NeverBlock { .. } => true,
            Self::Release(release) => release.pardon.is_some() && release.address.is_some(),
            _ => false,
        }
    }
}

impl Host {
    /// Does what a person asks for. What an order changes in the journal is changed, all of it, when this returns `Ok`, and nothing if it can't be as it is asked to (of the rest [`Journal`](crate::hold::Journal) tells); network ACLs that could not be
    /// brought to it yet are in the answer, each with what failed, and are tried again by the timer.
    pub async fn carry_order(&self, order: Order) -> Result<Done, OrderError> {
        let done = match order {
            Order::Release(release) => self.release(release).await?,
            Order::Extend { holds, until } => self.extend(&holds, until).await?,
            Order::EndPardon { prefix } => self.end_pardon(prefix.prefix()).await?,
            Order::NeverBlock { prefix, until, reason } => self.never_block(prefix.prefix(), until, &reason).await?,
            Order::NeverBlocked { address } => self.never_blocked(address).await?,
            Order::Pause { reason } => self.pause(&reason).await?,
            Order::Resume {} => self.resume().await?,
            Order::Converge { dry_run: true, at } => Done::Planned {
                acls: self.plan_each(self.known(&at).await?).await?,
            },
            Order::Converge { dry_run: false, at } => {
                self.expire().await?;
                Done::Converged {
                    acls: self.outcomes(self.known(&at).await?).await?,
                }
            }
            Order::PutBack { resource } => self.put_back(resource).await?,
            Order::Capacity { at } => self.capacity(self.known(&at).await?).await,
            Order::Plugins {} => self.plugins(),
            Order::Approve(word) => self.hear(Act::Approve, &word, How::Order, None).await?,
            Order::Reject(word) => self.hear(Act::Reject, &word, How::Order, None).await?,
            Order::Approvals { all } => self.approvals(all).await?,
            Order::Budgets {} => self.budgets().await?,
            Order::ResetBudget { name } => self.reset_budget(&name).await?,
        };
        // The timer need not oversleep the end of what was ordered.
        self.held.notify_one();
        Ok(done)
    }

    async fn pause(&self, reason: &str) -> Result<Done, OrderError> {
        let pause = Pause {
            since: self.parts.clock.now(),
            reason: error::reason(reason)?,
        };
        let journal = &self.parts.journal;
        journal.pause(&pause).await?;
        tracing::info!(reason = pause.reason, "paused");
        Ok(Done::Paused {
            // Who was paused already keeps the beginning of it.
            pause: journal.paused().await?.unwrap_or(pause),
            acls: self.outcomes(journal.unfinished().await?).await?,
        })
    }

    async fn resume(&self) -> Result<Done, OrderError> {
        let journal = &self.parts.journal;
        let pause = journal.resume().await?;
        tracing::info!(was_paused = pause.is_some(), "resumed");
        Ok(Done::Resumed {
            pause,
            acls: self.outcomes(journal.unfinished().await?).await?,
        })
    }
}

/// What may be null, but not left out.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Option::deserialize(deserializer)
}
