//! An inspection, at a time at which all is calm: what the journal says and what the network ACLs do.

use anyhow::{Context, ensure};
use jiff::Timestamp;
use quell::{
    cloud::{Entry, Family},
    guard::never_block::overlaps,
    hold::{Coverage, Denial, Hold, HoldFilter, Journal},
};
use quell_tests::{denial, shut::is_shut};

use crate::accounts::{Watched, targets};

/// How many entries of ours and others' an ACL takes, a direction and family, the final deny not counted.
const MOST_ENTRIES: usize = 19;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) holds: usize,
    pub(crate) not_covered: usize,
    pub(crate) most_entries: usize,
}

/// Looks at everything.
pub(crate) async fn inspect(journal: &dyn Journal, accounts: &[Watched], now: Timestamp) -> anyhow::Result<Seen> {
    ensure!(journal.unfinished().await?.is_empty(), "not calm");
    let pardons = journal.pardons(now).await?;
    let mut seen = Seen::default();
    for account in accounts {
        account.check()?;
    }
    for target in targets() {
        let account = accounts.iter().find(|account| account.number == target.account);
        let account = account.context("every target has its account")?;
        let filter = HoldFilter {
            target: Some(target.clone()),
            ..HoldFilter::default()
        };
        let holds = journal.holds(&filter).await?;
        for hold in &holds {
            check_hold(hold, account, now)?;
        }
        seen.holds += holds.len();
        seen.not_covered += holds.iter().filter(|hold| !hold.coverage.is_covered()).count();

        let mut ours = account.ours(target.acl().unwrap());
        let situation = journal.situation(&target, now, now).await?;
        let mut own: Vec<_> = situation.own.into_iter().map(|own| own.entry).collect();
        for entries in [&mut ours, &mut own] {
            entries.sort_by_key(|entry| (entry.direction, entry.number));
        }
        ensure!(ours == own, "{target}: ours are {ours:?}, and by the journal {own:?}");
        seen.most_entries = seen.most_entries.max(ours.len());
        for entry in &ours {
            let is_for =
                |hold: &Hold| denial(hold).direction == entry.direction && entry.prefix.contains(&denial(hold).prefix);
            ensure!(holds.iter().any(is_for), "{target}: {entry:?} is for nobody");
            let pardoned = pardons.iter().find(|pardon| overlaps(pardon.prefix, entry.prefix));
            ensure!(pardoned.is_none(), "{target}: {entry:?} denies {pardoned:?}");
            let live = account.live(target.acl().unwrap());
            let beside = |other: &&Entry| {
                !other.is_final()
                    && other.direction == entry.direction
                    && Family::of(other.prefix) == Family::of(entry.prefix)
            };
            let many = live.entries.iter().filter(beside).count();
            ensure!(
                many <= MOST_ENTRIES,
                "{target}: {many} entries {} of one family",
                entry.direction
            );
        }
    }
    Ok(seen)
}

fn check_hold(hold: &Hold, account: &Watched, now: Timestamp) -> anyhow::Result<()> {
    let Hold { target, coverage, .. } = hold;
    let Denial { prefix, direction } = denial(hold);
    ensure!(hold.is_live(now), "{target}: {prefix} was to end at {:?}", hold.until);
    let live = account.live(target.acl().unwrap());
    match coverage {
        Coverage::Pending => anyhow::bail!("{target}: {prefix} {direction} is pending"),
        Coverage::NotCovered { why } => ensure!(!why.is_empty(), "{target}: nobody says why {prefix} is not covered"),
        Coverage::Done { .. } | Coverage::UnderWay { .. } => anyhow::bail!("{target}: {prefix} is {coverage}"),
        Coverage::CoveredByOthers { .. } => {}
        Coverage::Covered { rule, aggregate } => {
            let entry = Entry::deny(*rule, direction, aggregate.unwrap_or(prefix));
            ensure!(
                live.entries.contains(&entry),
                "{target}: {prefix} is said to be covered by {entry:?}"
            );
        }
    }
    ensure!(
        !coverage.is_covered() || is_shut(&live, direction, prefix),
        "{target}: {prefix} {direction} is open, and said to be covered: {coverage}"
    );
    Ok(())
}
