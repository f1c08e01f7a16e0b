//! Taking over other plugins, rules and never-block lists while alerts are under way.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::PoisonError,
};

use super::Host;
use crate::{hold::JournalError, never_block::List, roster::Snapshot};

impl Host {
    /// Puts these plugins and rules in force, for all alerts that begin from now on. Prefixes that must not be denied any more are let through at once.
    ///
    /// # Errors
    /// If the journal can't tell which network ACLs are concerned. All is in force then, and the ACLs follow when they are next converged.
    pub async fn take_over(&self, snapshot: Snapshot) -> Result<(), JournalError> {
        let never = snapshot.rules.never_block.clone();
        let is_other = self.parts.roster.now().rules.never_block != never;
        self.parts.roster.replace(snapshot);
        self.parts.converger.never_deny(never);
        self.follow(is_other).await.map(drop)
    }

    /// Puts other never-block lists in the place of those that were. One that can't be read lets nothing be blocked until it can.
    ///
    /// # Errors
    /// As [`Self::take_over`].
    pub async fn take_over_lists(&self, lists: Vec<List>) -> Result<(), JournalError> {
        self.parts.converger.lists().replace(lists);
        self.follow_never_block().await.map(drop)
    }

    /// Looks at the never-block lists on this machine at once, because one of them may have changed.
    ///
    /// # Errors
    /// As [`Self::take_over`].
    pub async fn look_at_lists(&self) -> Result<(), JournalError> {
        self.parts.converger.lists().hasten();
        self.follow_never_block().await.map(drop)
    }

    /// Brings what is in force to what is never blocked by now, if that is not what it was: because a list was written to, because an entry ended, or because a list can be read again.
    /// Whether it was so.
    ///
    /// # Errors
    /// As [`Self::take_over`].
    pub async fn follow_never_block(&self) -> Result<bool, JournalError> {
        self.follow(false).await
    }

    /// Converges everything in force. Whether all of it could be.
    async fn repair_all(&self) -> Result<bool, JournalError> {
        let targets = self.parts.journal.targets().await?;
        let all = targets.len();
        Ok(self.converge_all(targets).await.len() == all)
    }

    async fn follow(&self, is_other: bool) -> Result<bool, JournalError> {
        let now = self.parts.clock.now();
        let listed = self.parts.converger.lists().standing(now).await;
        let snapshot = self.parts.roster.now();
        let mut hasher = DefaultHasher::new();
        listed.unknown.is_some().hash(&mut hasher);
        let named = snapshot.rules.never_block.iter().chain(listed.entries.iter());
        for never in named.filter(|never| never.is_in_force(now)) {
            never.prefix.hash(&mut hasher);
        }
        let present = hasher.finish();
        let before = {
            let mut followed = self.never_blocked.lock().unwrap_or_else(PoisonError::into_inner);
            followed.replace(present)
        };
        // Who has just begun to work compares everything with what is there anyway.
        let is_other = is_other || before.is_some_and(|before| before != present);
        if is_other {
            tracing::info!("what is never blocked has changed; what is in force follows");
            let followed = self.repair_all().await;
            // Who could not follow yet is to follow with the next look.
            if !matches!(followed, Ok(true)) {
                *self.never_blocked.lock().unwrap_or_else(PoisonError::into_inner) = Some(before.unwrap_or(!present));
            }
            followed?;
        }
        Ok(is_other)
    }
}
