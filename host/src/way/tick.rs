//! A tick: what a function does for want of a timer and a worker, when a schedule invokes it. As much as there is time for; the next tick goes on.

use std::collections::HashSet;

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Host;
use crate::{
    cloud::Cause,
    hold::{DeliveryState, JournalError},
    text::with_causes,
};

/// How many deliveries are worked on at the same time, and asked for at once.
const DELIVERIES_AT_ONCE: usize = 8;
/// How often the journal forgets what is old.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What a tick came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Ticked {
    /// How many targets were brought to their holds, because holds ended or an earlier try was not finished.
    pub tended: usize,
    /// How many waiting deliveries were worked on to their end.
    pub worked: usize,
    /// How many targets were compared with what is there, and repaired if need be.
    pub repaired: usize,
    /// Whether all that was due is done. If not, the next tick goes on.
    pub complete: bool,
    /// What failed. It is tried again by the next tick.
    pub failed: Vec<String>,
}

/// Ticks, and remembers what need not be done each time.
#[derive(Debug, Default)]
pub struct Ticker {
    pruned: Option<Timestamp>,
}

impl Ticker {
    /// Ends holds whose time is up and finishes what was begun; works on deliveries that wait and whose time has come; compares everything in force with what is there; lets the
    /// journal forget what is old; and tells detectors what was done.
    pub async fn tick(&mut self, host: &Host) -> Ticked {
        Cause::Timer.scope(self.look_after(host)).await
    }

    async fn look_after(&mut self, host: &Host) -> Ticked {
        let clock = &host.parts.clock;
        let mut ticked = Ticked::default();
        match host.tend().await {
            Ok(converged) => ticked.tended = converged.len(),
            Err(error) => ticked.fail("holds could not be looked after", &error),
        }
        if let Err(error) = host.work_on_waiting(&mut ticked.worked).await {
            ticked.fail("deliveries that wait could not be listed", &error);
        }
        if !clock.is_time_up() {
            match host.repair().await {
                Ok(converged) => ticked.repaired = converged.len(),
                Err(error) => ticked.fail("what is in force could not be compared with what is there", &error),
            }
        }
        let now = clock.now();
        let is_due = self
            .pruned
            .is_none_or(|pruned| now.duration_since(pruned) >= PRUNE_EVERY);
        if is_due && !clock.is_time_up() {
            match host.prune().await {
                Ok(()) => self.pruned = Some(now),
                Err(error) => ticked.fail("the journal could not forget what is old", &error),
            }
        }
        if !clock.is_time_up()
            && let Err(error) = host.make_checkpoint().await
        {
            ticked.fail("no checkpoint was made", &error);
        }
        host.tell_detectors_in_time().await;
        ticked.complete = ticked.failed.is_empty() && !clock.is_time_up();
        ticked
    }
}

impl Ticked {
    fn fail(&mut self, what: &str, error: &(dyn std::error::Error + 'static)) {
        let told = format!("{what}: {}", with_causes(error));
        tracing::error!("{told}; tried again by the next tick");
        self.failed.push(told);
    }
}

impl Host {
    /// Works on deliveries whose time has come, until there are none or no time is left, and counts those that were worked on to their end.
    async fn work_on_waiting(&self, worked: &mut usize) -> Result<(), JournalError> {
        let clock = &self.parts.clock;
        let due = clock.now();
        // Each is worked on once: what another function works on, or what the journal does not take, is listed again.
        let mut begun = HashSet::new();
        while !clock.is_time_up() {
            let most = u32::try_from(DELIVERIES_AT_ONCE + begun.len()).unwrap_or(u32::MAX);
            let mut waiting = self.parts.journal.waiting(due, most).await?;
            waiting.retain(|delivery| begun.insert(delivery.id.clone()));
            if waiting.is_empty() {
                return Ok(());
            }
            let work = async |delivery| match self.work(&delivery).await {
                Ok(came_of_it) => came_of_it.state == DeliveryState::Done,
                Err(error) => {
                    tracing::error!(delivery = %delivery.id, "{}; it stays in the journal", with_causes(&error));
                    false
                }
            };
            let done: Vec<_> = stream::iter(waiting)
                .map(work)
                .buffered(DELIVERIES_AT_ONCE)
                .collect()
                .await;
            *worked += done.into_iter().filter(|is_done| *is_done).count();
        }
        Ok(())
    }
}
