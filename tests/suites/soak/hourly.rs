//! What is looked at once an hour, and in the end.

use anyhow::ensure;
use jiff::SignedDuration;
use quell::{clock::Clock, converge::SETTLING, way::Host};

use crate::{accounts::targets, inspection::inspect, journal_file, soak::Soak, timer::LOOK_AGAIN};

/// How often is looked again until all is calm.
const CALM_AFTER: usize = 30;

/// How large the journal's write-ahead log may be, in bytes: the 16 MiB that it keeps, and what is written before it is cut back.
const LARGEST_LOG: u64 = 20 * 1024 * 1024;

impl Soak {
    /// Waits until all is calm, as it is a minute after the last change, and looks at everything.
    pub(crate) async fn inspect(&mut self, host: &Host) -> anyhow::Result<()> {
        let settled = self.clock.now() + SETTLING + SignedDuration::from_secs(1);
        while self.clock.now() < settled {
            self.clock.advance(LOOK_AGAIN);
            self.look_after(host).await?;
        }
        for _ in 0..CALM_AFTER {
            self.look_after(host).await?;
            let targets = host.journal().targets().await?.len();
            let repaired = host.repair().await?;
            self.figures.drift_repaired += repaired.iter().map(|converged| converged.drift.len()).sum::<usize>();
            let is_calm = repaired.len() == targets && repaired.iter().all(|converged| converged.changes.is_empty());
            let is_overdue = host
                .journal()
                .next_end()
                .await?
                .is_some_and(|end| end <= self.clock.now());
            if is_calm && !is_overdue && host.journal().unfinished().await?.is_empty() {
                break;
            }
            self.clock.advance(LOOK_AGAIN);
        }
        let seen = inspect(&**host.journal(), &self.accounts, self.clock.now()).await?;
        let figures = &mut self.figures;
        figures.inspections += 1;
        figures.most_holds = figures.most_holds.max(seen.holds);
        figures.most_not_covered = figures.most_not_covered.max(seen.not_covered);
        figures.most_entries_on_one_acl = figures.most_entries_on_one_acl.max(seen.most_entries);
        for watched in &self.accounts {
            figures.writes += watched.account.writes();
            figures.calls_that_failed += watched.account.calls().iter().filter(|call| call.failed).count();
            watched.account.forget_calls();
        }
        self.prune(host).await
    }

    /// What the timer does once an hour.
    async fn prune(&mut self, host: &Host) -> anyhow::Result<()> {
        host.prune().await?;
        let now = self.clock.now();
        let keep = SignedDuration::from_hours(self.span.keep_hours);
        journal_file::check(&self.journal, now - keep)?;
        let rows = journal_file::rows(&self.journal)?;
        ensure!(rows.leases == 0, "a lease was not given back: {rows:?}");
        let size = journal_file::size(&self.journal)?;
        ensure!(size.log <= LARGEST_LOG, "the write-ahead log grows: {size:?}");
        self.figures.journal_bytes = self.figures.journal_bytes.max(size.file);
        self.figures.most_deliveries_kept = self.figures.most_deliveries_kept.max(rows.deliveries);
        if now.duration_since(self.begin) > keep * 3 / 2 {
            let steady = *self.steady_bytes.get_or_insert(size.file);
            ensure!(
                size.file <= steady * 2,
                "the journal grows from {steady} bytes to {size:?}: {rows:?}"
            );
        }
        Ok(())
    }

    /// After the last end: nothing of ours, all of others', and a journal that forgets everything.
    pub(crate) async fn check_nothing_is_left(&mut self, host: &Host) -> anyhow::Result<()> {
        for watched in &self.accounts {
            watched.check()?;
        }
        for target in targets() {
            let ours = self.account(&target.account).ours(target.acl().unwrap());
            ensure!(ours.is_empty(), "{target}: left are {ours:?}");
        }
        self.figures.holds_in_all = journal_file::holds_in_all(&self.journal)?;
        self.clock.advance(SignedDuration::from_hours(self.span.keep_hours + 1));
        host.tend().await?;
        host.prune().await?;
        let rows = journal_file::rows(&self.journal)?;
        ensure!(rows.is_empty(), "the journal keeps {rows:?}");
        Ok(())
    }
}
