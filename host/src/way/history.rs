//! The journal as a source of the history fact.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;

use super::sight;
use crate::{
    clock::Clock,
    fact::{FactError, History, HistorySource, Sightings},
    hold::{Journal, NoteKind},
    text::with_causes,
};

/// Answers from the journal.
pub(super) struct JournalHistory {
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// When the alert that asks came first; None for one that never came.
    pub(super) arrival: Option<Timestamp>,
}

#[async_trait]
impl HistorySource for JournalHistory {
    async fn history(&self, address: IpAddr) -> Result<History, FactError> {
        let history = self.journal.history(address, self.clock.now()).await;
        history.map_err(|error| FactError::Unavailable(with_causes(&error)))
    }

    async fn sightings(&self, address: IpAddr) -> Result<Sightings, FactError> {
        let note = self.journal.note(NoteKind::Sighting, &address.to_string()).await;
        let sightings = note.and_then(|note| note.as_ref().map(sight::read).transpose());
        let sightings = sightings.map_err(|error| FactError::Unavailable(with_causes(&error)))?;
        let sightings = sightings.unwrap_or_default();
        Ok(match self.arrival {
            Some(arrival) => sightings.known_to(arrival),
            None => sightings,
        })
    }
}
