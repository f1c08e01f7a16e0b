//! Ending holds when their time is up, and looking after what is in force.

use std::sync::Arc;

use futures::{StreamExt, stream};

use super::Host;
use crate::{
    converge::{ConvergeError, Converged},
    hold::{EndReason, Hold, HoldId, JournalError, Target},
    text::with_causes,
};

/// How many targets are converged at the same time.
const TARGETS_AT_ONCE: usize = 8;

/// A hold was released, but its entry may still be there.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The journal failed, or there is no such hold.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The hold is ended in the journal; its network ACL could not be brought to that yet, and is tried again.
    #[error("hold {hold} is released, but its entry could not be removed yet; Quell tries again")]
    Converge {
        /// The hold.
        hold: HoldId,
        /// What went wrong.
        #[source]
        source: Box<ConvergeError>,
    },
}

impl Host {
    /// Ends a hold and takes its entry out of the network ACL.
    pub async fn release(&self, id: HoldId) -> Result<(Hold, Arc<Converged>), ReleaseError> {
        let now = self.parts.clock.now();
        let hold = self.parts.journal.end(id, EndReason::Released, now).await?;
        tracing::info!(hold = id.0, prefix = %hold.prefix, at = %hold.target, "hold released by hand");
        let converged = self.parts.converger.converge(&hold.target).await;
        let converged = converged.map_err(|source| ReleaseError::Converge {
            hold: id,
            source: Box::new(source),
        })?;
        Ok((hold, converged))
    }

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
        let before = self
            .parts
            .clock
            .now()
            .saturating_sub(self.parts.keep)
            .unwrap_or_default();
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
