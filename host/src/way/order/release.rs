//! Releasing: ending holds before their time.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use jiff::Timestamp;

use super::{Done, OrderError, Release};
use crate::{
    address::AddressOrPrefix,
    guard::never_block::overlaps,
    hold::{Coverage, EndReason, Hold, HoldFilter, HoldId, JournalError, Target},
    way::Host,
};

impl Host {
    /// Ends holds and takes their entries out. A pardon is in the journal before the first hold ends, so that no alert slips in between.
    pub(super) async fn release(&self, release: Release) -> Result<Done, OrderError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let address = release.address.map(AddressOrPrefix::prefix);
        if release.holds.is_empty() && address.is_none() {
            return Err(OrderError::Nothing);
        }
        let mut chosen = self.all_of(&release.holds).await?;
        let mut pardoned: BTreeSet<IpNet> = chosen.values().filter_map(prefix_of).collect();
        if let Some(address) = address {
            let inside = self.inside(address).await?;
            if inside.is_empty() && release.pardon.is_none() {
                return Err(OrderError::NoHoldOn {
                    address,
                    overlapping: self.denying(address).await?,
                });
            }
            pardoned.insert(address);
            chosen.extend(inside.into_iter().map(|hold| (hold.id, hold)));
        }
        let pardons = match &release.pardon {
            Some(terms) => self.pardons(terms, pardoned, now)?,
            None => Vec::new(),
        };
        for pardon in &pardons {
            journal.pardon(pardon).await?;
            tracing::info!(prefix = %pardon.prefix, until = %pardon.until, reason = pardon.reason, "pardoned by hand");
        }
        self.tell_ends(pardons.iter().map(|pardon| pardon.until)).await;
        let holds = self.end_all(chosen.into_keys().collect(), now).await?;
        let mut targets: BTreeSet<Target> = holds.iter().map(|hold| hold.target.clone()).collect();
        if !pardons.is_empty() {
            targets.extend(journal.unfinished().await?);
        }
        Ok(Done::Released {
            suspended: self.suspended(&pardons).await?,
            holds,
            pardons,
            acls: self.outcomes(targets).await?,
        })
    }

    /// These holds, all of which must be in force.
    pub(super) async fn all_of(&self, ids: &[HoldId]) -> Result<BTreeMap<HoldId, Hold>, JournalError> {
        let filter = HoldFilter {
            ids: Some(ids.to_vec()),
            ..HoldFilter::default()
        };
        let holds = self.parts.journal.holds(&filter).await?;
        let holds: BTreeMap<_, _> = holds.into_iter().map(|hold| (hold.id, hold)).collect();
        match ids.iter().find(|id| !holds.contains_key(id)) {
            Some(missing) => Err(JournalError::NoSuchHold(*missing)),
            None => Ok(holds),
        }
    }

    /// The holds in force on a prefix or inside of it.
    async fn inside(&self, address: IpNet) -> Result<Vec<Hold>, JournalError> {
        let mut holds = self.overlapping(address).await?;
        holds.retain(|hold| prefix_of(hold).is_some_and(|prefix| address.contains(&prefix)));
        Ok(holds)
    }

    /// The holds in force that deny a prefix though they are not on it: they are on a wider one, or share a rule that is wider.
    async fn denying(&self, address: IpNet) -> Result<Vec<Hold>, JournalError> {
        let covered = HoldFilter {
            covered: Some(true),
            ..HoldFilter::default()
        };
        let mut denying = self.overlapping(address).await?;
        let shares = |hold: &Hold| match &hold.coverage {
            Coverage::Covered {
                aggregate: Some(shared),
                ..
            } => overlaps(*shared, address),
            _ => false,
        };
        for hold in self.parts.journal.holds(&covered).await? {
            if shares(&hold)
                && denying
                    .iter()
                    .all(|known| known.coverage != hold.coverage || known.target != hold.target)
            {
                denying.push(hold);
            }
        }
        Ok(denying)
    }

    async fn overlapping(&self, address: IpNet) -> Result<Vec<Hold>, JournalError> {
        let filter = HoldFilter {
            overlaps: Some(address),
            ..HoldFilter::default()
        };
        self.parts.journal.holds(&filter).await
    }

    /// Ends holds, all at once. One that ended by itself since it was chosen is ended, which is all that was asked for.
    async fn end_all(&self, mut ids: Vec<HoldId>, now: Timestamp) -> Result<Vec<Hold>, JournalError> {
        loop {
            match self.parts.journal.end(&ids, EndReason::Released, now).await {
                Err(JournalError::NoSuchHold(gone)) if ids.contains(&gone) => ids.retain(|id| *id != gone),
                Err(error) => return Err(error),
                Ok(holds) => {
                    for hold in &holds {
                        tracing::info!(hold = hold.id.0, remedy = %hold.remedy, at = %hold.target, "hold released by hand");
                    }
                    return Ok(holds);
                }
            }
        }
    }
}

fn prefix_of(hold: &Hold) -> Option<IpNet> {
    hold.remedy.denial().map(|denial| denial.prefix)
}
