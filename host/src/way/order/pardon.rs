//! Pardons: given with a release, and taken back.

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Done, OrderError, error};
use crate::{
    duration::HumanDuration,
    guard::never_block::overlaps,
    hold::{Hold, HoldFilter, HoldId, JournalError, Pardon},
    way::Host,
};

/// How long something is pardoned, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PardonTerms {
    /// How long, from now on: 1 s to guard.longest-hold.
    #[serde(rename = "for")]
    pub lasts: HumanDuration,
    /// Why, for the others who look.
    #[serde(default)]
    pub reason: String,
}

impl Host {
    /// The pardons of these prefixes, as they are to be put in force.
    pub(super) fn pardons(
        &self,
        terms: &PardonTerms,
        prefixes: BTreeSet<IpNet>,
        now: Timestamp,
    ) -> Result<Vec<Pardon>, OrderError> {
        let (lasts, longest) = (terms.lasts, HumanDuration(self.parts.roster.now().rules.longest_hold));
        if lasts.0.as_secs() == 0 || lasts > longest {
            return Err(OrderError::PardonTerm { lasts, longest });
        }
        let lasts = SignedDuration::try_from(lasts.0).unwrap_or(SignedDuration::MAX);
        let reason = error::reason(&terms.reason)?;
        let pardon = |prefix| Pardon {
            prefix,
            since: now,
            until: now.saturating_add(lasts).unwrap_or(Timestamp::MAX),
            reason: reason.clone(),
        };
        Ok(prefixes.into_iter().map(pardon).collect())
    }

    /// The holds in force that deny nothing as long as these pardons last.
    pub(super) async fn suspended(&self, pardons: &[Pardon]) -> Result<Vec<Hold>, JournalError> {
        let mut suspended: Vec<Hold> = Vec::new();
        for pardon in pardons {
            let filter = HoldFilter {
                overlaps: Some(pardon.prefix),
                ..HoldFilter::default()
            };
            suspended.extend(self.parts.journal.holds(&filter).await?);
        }
        let mut seen = BTreeSet::<HoldId>::new();
        suspended.retain(|hold| seen.insert(hold.id));
        Ok(suspended)
    }

    pub(super) async fn end_pardon(&self, prefix: IpNet) -> Result<Done, OrderError> {
        let journal = &self.parts.journal;
        if !journal.end_pardon(prefix).await? {
            let pardons = journal.pardons(self.parts.clock.now()).await?;
            let near = |pardon: &Pardon| overlaps(pardon.prefix, prefix);
            return Err(OrderError::NoPardon {
                prefix,
                overlapping: pardons.into_iter().filter(near).collect(),
            });
        }
        tracing::info!(%prefix, "pardon ended by hand");
        Ok(Done::PardonEnded {
            prefix,
            acls: self.outcomes(journal.unfinished().await?).await?,
        })
    }
}
