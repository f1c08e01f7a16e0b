//! The life of a process, which may end at any write to its accounts.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The end of a process at one of its writes.
#[derive(Debug, Clone, Copy)]
pub struct Death {
    /// At which write from now on, counted from 0.
    pub at: usize,
    /// Whether that write is still done.
    pub is_done: bool,
}

/// The life of a process, which may write to several accounts.
#[derive(Debug, Default)]
pub struct Life {
    death: Mutex<Option<Death>>,
    pub(super) died: Notify,
}

impl Life {
    /// Lets the process die as is said. None lets it live.
    pub fn ends(&self, death: Option<Death>) {
        *self.locked() = death;
    }

    /// Returns when the process has died.
    pub async fn ended(&self) {
        self.died.notified().await;
    }

    fn locked(&self) -> MutexGuard<'_, Option<Death>> {
        self.death.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the process dies at this write, if it does.
    pub(super) fn next(&self) -> Option<Death> {
        let mut death = self.locked();
        match &mut *death {
            Some(Death { at: 0, .. }) => death.take(),
            Some(Death { at, .. }) => {
                *at -= 1;
                None
            }
            None => None,
        }
    }
}
