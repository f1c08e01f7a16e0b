//! Ending holds when their time is up, and looking after what is in force.

use std::sync::Arc;

use futures::{StreamExt, stream};

use super::Host;
use crate::{
    converge::Converged,
    hold::{JournalError, Target},
    text::with_causes,
};

/// How many targets are converged at the same time.
const TARGETS_AT_ONCE: usize = 8;

impl Host {
    /// Ends all holds whose time is up, and converges whatever is unfinished: their targets, and those that an earlier try
    /// or an earlier process left. Returns what was converged.
    pub async fn tend(&self) -> Result<Vec<Arc<Converged>>, JournalError> {
        let journal = &self.parts.journal;
        for hold in journal.expire(self.parts.clock.now()).await? {
            tracing::info!(hold = hold.id.0, prefix = %hold.prefix, at = %hold.target, "hold ended: its time is up");
        }
        Ok(self.converge_all(journal.unfinished().await?).await)
    }

    /// Converges every target with a hold or an entry of ours: what somebody else changed is repaired, and what was not covered may find room now.
    pub async fn repair(&self) -> Result<Vec<Arc<Converged>>, JournalError> {
        let targets = self.parts.journal.targets().await?;
        Ok(self.converge_all(targets).await)
    }

    /// Forgets what ended longer ago than the journal is to keep it.
    pub async fn prune(&self) -> Result<(), JournalError> {
        let before = self.parts.clock.now().saturating_sub(self.parts.keep).unwrap_or_default();
        loop {
            let pruned = self.parts.journal.prune(before).await?;
            if !pruned.is_more_left() {
                return Ok(());
            }
        }
    }

    pub(super) async fn converge_all(&self, targets: Vec<Target>) -> Vec<Arc<Converged>> {
        let converge = async |target: Target| match self.parts.converger.converge(&target).await {
            Ok(converged) => Some(converged),
            Err(error) => {
                tracing::error!(at = %target, "{}; tried again later", with_causes(&error));
                None
            }
        };
        let runs = stream::iter(targets).map(converge).buffer_unordered(TARGETS_AT_ONCE);
        runs.filter_map(std::future::ready).collect().await
    }
}
