//! The timer.

use std::sync::Arc;

use jiff::SignedDuration;
use quell::{
    clock::Clock,
    hold::{HoldFilter, Journal},
    way::Host,
};

use crate::{accounts::targets, soak::Soak, weather};

/// How often the timer compares what is in force with what is there.
const REPAIR_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How often the timer looks again at what is unfinished, and the worker at what waits.
pub(crate) const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(10);

impl Soak {
    /// What the timer does.
    pub(crate) async fn look_after(&mut self, host: &Host) -> anyhow::Result<()> {
        let now = self.clock.now();
        let ends = host.journal().next_end().await?.is_some_and(|end| end <= now);
        let mut converged = host.tend().await?;
        if self.clock.now() >= self.next_repair {
            self.next_repair = self.clock.now() + REPAIR_EVERY;
            converged.extend(host.repair().await?);
            if self.is_attacked() && self.rng.u8(0..4) == 0 {
                let account = self.rng.usize(0..self.accounts.len());
                weather::turns(&mut self.rng, &self.accounts[account].account);
            }
        }
        self.figures.drift_repaired += converged.iter().map(|converged| converged.drift.len()).sum::<usize>();
        // Only what ends can leave something behind.
        if ends || !self.outliving.is_none() {
            self.look_for_the_outliving(host.journal()).await?;
        }
        Ok(())
    }

    pub(crate) async fn look_for_the_outliving(&mut self, journal: &Arc<dyn Journal>) -> anyhow::Result<()> {
        let (holds, now) = (journal.holds(&HoldFilter::default()).await?, self.clock.now());
        for target in targets() {
            let ours = self.account(&target.account).ours(target.acl().unwrap());
            self.outliving.look(&target, &ours, &holds, now)?;
        }
        self.figures.longest_overdue_seconds = self.outliving.longest_seconds;
        Ok(())
    }
}
