//! Ending holds: by time, and by a person's word.

use super::Host;
use crate::{
    converge::{ConvergeError, Converged},
    hold::{EndReason, Hold, HoldId, JournalError, Target},
    text::with_causes,
};

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
    pub async fn release(&self, id: HoldId) -> Result<(Hold, Converged), ReleaseError> {
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
    pub async fn tend(&self) -> Result<Vec<Converged>, JournalError> {
        let journal = &self.parts.journal;
        for hold in journal.expire(self.parts.clock.now()).await? {
            tracing::info!(hold = hold.id.0, prefix = %hold.prefix, at = %hold.target, "hold ended: its time is up");
        }
        self.converge_all(journal.unfinished().await?).await
    }

    /// Converges every target with a hold or an entry of ours: what somebody else changed is repaired, and what was not covered may find room now.
    pub async fn repair(&self) -> Result<Vec<Converged>, JournalError> {
        let targets = self.parts.journal.targets().await?;
        self.converge_all(targets).await
    }

    async fn converge_all(&self, targets: Vec<Target>) -> Result<Vec<Converged>, JournalError> {
        let mut all = Vec::new();
        if !self.parts.mode.writes() {
            return Ok(all);
        }
        for target in targets {
            match self.parts.converger.converge(&target).await {
                Ok(converged) => all.push(converged),
                Err(error) => tracing::error!(at = %target, "{}; tried again later", with_causes(&error)),
            }
        }
        Ok(all)
    }
}
