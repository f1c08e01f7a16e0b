//! What is never blocked: told, and added to by hand.

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Done, OrderError, error};
use crate::{
    address::AddressOrPrefix,
    guard::{
        NeverBlock,
        never_block::{ALWAYS, overlaps},
    },
    hold::{JournalError, Pardon},
    never_block::format::is_narrow,
    way::Host,
};

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// All.
    All,
    /// What overlaps this.
    About(AddressOrPrefix),
}

/// A prefix that is never blocked, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NeverBlocked {
    /// The prefix.
    pub prefix: IpNet,
    /// Who says so: `always`, `guard.never-block`, a list, the journal, or the surroundings of a network ACL.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// When that ends. None: it does not end by itself.
    pub until: Option<Timestamp>,
}

impl Host {
    /// Has a prefix never blocked from here on. It is a pardon that nobody need have been released for, and that may last.
    pub(super) async fn never_block(
        &self,
        prefix: IpNet,
        until: Option<Timestamp>,
        reason: &str,
    ) -> Result<Done, OrderError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        is_narrow(prefix).map_err(|widest| OrderError::TooWide { prefix, widest })?;
        if let Some(past) = until.filter(|until| *until <= now) {
            return Err(OrderError::Past(past));
        }
        let pardon = Pardon {
            prefix,
            since: now,
            until: until.unwrap_or(Pardon::WITHOUT_END),
            reason: error::reason(reason)?,
        };
        journal.pardon(&pardon).await?;
        tracing::info!(%prefix, lasts = pardon.lasts(), reason = pardon.reason, "never blocked, by hand");
        let suspended = self.suspended(std::slice::from_ref(&pardon)).await?;
        let unfinished = journal.unfinished().await?;
        // When it is over, what it keeps from being denied is to be denied again.
        let told = self.tell_ends(pardon.end());
        let (acls, ()) = tokio::join!(self.outcomes(unfinished), told);
        Ok(Done::NeverBlock {
            acls: acls?,
            suspended,
            pardon,
        })
    }

    /// What is never blocked by now.
    pub(super) async fn never_blocked(&self, address: Option<AddressOrPrefix>) -> Result<Done, OrderError> {
        let now = self.parts.clock.now();
        let lists = self.parts.converger.lists();
        let listed = lists.standing(now).await;
        let snapshot = self.parts.roster.now();
        let named = snapshot.rules.never_block.iter().chain(listed.entries.iter());
        let always = ALWAYS.iter().map(|(prefix, what)| NeverBlocked {
            prefix: *prefix,
            by: "always".to_owned(),
            reason: Some((*what).to_owned()),
            until: None,
        });
        let pardons = self.parts.journal.pardons(now).await?;
        let mut entries: Vec<_> = always
            .chain(named.filter(|never| never.is_in_force(now)).map(of_list))
            .chain(pardons.iter().map(of_journal))
            .collect();
        if let Some(address) = address {
            entries.extend(self.spared().await?);
            entries.retain(|entry| overlaps(entry.prefix, address.prefix()));
        }
        Ok(Done::NeverBlocked {
            asked: address.map_or(Asked::All, Asked::About),
            entries,
            lists: lists.each(now),
        })
    }

    /// What must stay reachable around the network ACLs that the journal knows.
    async fn spared(&self) -> Result<Vec<NeverBlocked>, JournalError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let mut spared = Vec::new();
        for target in journal.targets().await? {
            for prefix in journal.situation(&target, now, now).await?.spare {
                spared.push(NeverBlocked {
                    prefix,
                    by: target.resource.to_string(),
                    reason: Some("of the own side there".to_owned()),
                    until: None,
                });
            }
        }
        Ok(spared)
    }
}

fn of_list(never: &NeverBlock) -> NeverBlocked {
    NeverBlocked {
        prefix: never.prefix,
        by: match &never.list {
            Some(list) => format!("list {list}"),
            None => "guard.never-block".to_owned(),
        },
        reason: never.reason.clone(),
        until: never.until,
    }
}

fn of_journal(pardon: &Pardon) -> NeverBlocked {
    NeverBlocked {
        prefix: pardon.prefix,
        by: "journal".to_owned(),
        reason: Some(pardon.reason.clone()),
        until: pardon.end(),
    }
}
