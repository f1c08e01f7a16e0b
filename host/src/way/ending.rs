//! Ending holds when their time is up, and looking after what is in force.

use std::sync::Arc;

use futures::{StreamExt, stream};

use super::Host;
use crate::{
    converge::{ConvergeError, Converged},
    hold::{JournalError, Target},
    text::with_causes,
};

/// How many targets are converged at the same time.
pub(super) const TARGETS_AT_ONCE: usize = 8;

impl Host {
    /// Ends all holds whose time is up, and converges whatever is unfinished: their targets, and those that an earlier try
    /// or an earlier process left. Returns what was converged.
    pub async fn tend(&self) -> Result<Vec<Arc<Converged>>, JournalError> {
        self.expire().await?;
        let tended = self.tend_approvals().await;
        // What people approved of and can't be put in force keeps no hold from ending.
        let converged = self.converge_all(self.parts.journal.unfinished().await?).await;
        tended.map(|()| converged)
    }

    /// Ends all holds whose time is up, in the journal.
    pub(super) async fn expire(&self) -> Result<(), JournalError> {
        for hold in self.parts.journal.expire(self.parts.clock.now()).await? {
            tracing::info!(hold = hold.id.0, remedy = %hold.remedy, at = %hold.target, "hold ended: its time is up");
        }
        Ok(())
    }

    /// Converges every target with a hold, an entry of ours or a before-image: what somebody else changed is repaired, and what was not covered may find room now.
    pub async fn repair(&self) -> Result<Vec<Arc<Converged>>, JournalError> {
        let targets = self.parts.journal.targets().await?;
        Ok(self.converge_all(targets).await)
    }

    /// Forgets what ended longer ago than the journal is to keep it.
    pub async fn prune(&self) -> Result<(), JournalError> {
        let before = self
            .parts
            .clock
            .now()
            .saturating_sub(self.parts.keep)
            .unwrap_or_default();
        loop {
            let pruned = self.parts.journal.prune(before).await?;
            if !pruned.is_more_left() || self.parts.clock.is_time_up() {
                return Ok(());
            }
        }
    }

    /// Converges targets, for nobody who waits: what fails is logged.
    pub(super) async fn converge_all(&self, targets: Vec<Target>) -> Vec<Arc<Converged>> {
        let converged = self.converge_each(targets).await.into_iter();
        let told = converged.filter_map(|(target, result)| match result {
            Ok(converged) => Some(converged),
            Err(error) => {
                tracing::error!(at = %target, "{}; tried again later", with_causes(&error));
                None
            }
        });
        told.collect()
    }

    /// Converges targets. One that fails does not keep the others from being done.
    pub(super) async fn converge_each(
        &self,
        targets: impl IntoIterator<Item = Target>,
    ) -> Vec<(Target, Result<Arc<Converged>, ConvergeError>)> {
        let converge = async |target: Target| {
            let result = self.parts.converger.converge(&target).await;
            (target, result)
        };
        stream::iter(targets)
            .map(converge)
            .buffered(TARGETS_AT_ONCE)
            .collect()
            .await
    }
}
