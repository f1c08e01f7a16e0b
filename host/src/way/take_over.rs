//! Taking over other plugins and rules while alerts are under way.

use super::Host;
use crate::{hold::JournalError, roster::Snapshot};

impl Host {
    /// Puts these plugins and rules in force, for all alerts that begin from now on. Prefixes that must not be denied any more are let through at once.
    ///
    /// # Errors
    /// If the journal can't tell which network ACLs are concerned. All is in force then, and the ACLs follow when they are next converged.
    pub async fn take_over(&self, snapshot: Snapshot) -> Result<(), JournalError> {
        let never = snapshot.rules.never_block.clone();
        let before = self.parts.roster.now();
        self.parts.roster.replace(snapshot);
        if before.rules.never_block != never {
            self.parts.converger.never_deny(never);
            self.repair().await?;
        }
        Ok(())
    }
}
