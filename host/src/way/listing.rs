//! What is in force, and what bears on all of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hold::{Hold, HoldFilter, Journal, JournalError, Pardon, Pause};

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
}

impl Listing {
    /// Reads what a journal has.
    pub async fn read(journal: &dyn Journal, filter: &HoldFilter, now: Timestamp) -> Result<Self, JournalError> {
        Ok(Self {
            holds: journal.holds(filter).await?,
            pardons: journal.pardons(now).await?,
            pause: journal.paused().await?,
        })
    }
}
