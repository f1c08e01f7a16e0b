//! What is in force, and what bears on all of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hold::{Hold, HoldFilter, Journal, JournalError, NoteKind, Pardon, Pause, approval::Pending};

/// What a journal lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Listing {
    /// The holds that were asked for, by number.
    pub holds: Vec<Hold>,
    /// The pardons in force.
    pub pardons: Vec<Pardon>,
    /// The pause, if it is paused.
    pub pause: Option<Pause>,
    /// What waits until people approve of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Pending>,
}

impl Listing {
    /// Reads what a journal has.
    pub async fn read(journal: &dyn Journal, filter: &HoldFilter, now: Timestamp) -> Result<Self, JournalError> {
        let notes = journal.notes(NoteKind::Approval).await?;
        let mut waiting: Vec<_> = notes.iter().filter_map(Pending::read).collect();
        waiting.retain(|pending| pending.waits(now));
        Ok(Self {
            holds: journal.holds(filter).await?,
            pardons: journal.pardons(now).await?,
            pause: journal.paused().await?,
            waiting,
        })
    }
}
