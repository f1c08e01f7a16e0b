//! The journal as a source of the history fact.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;

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
        sightings
            .map(Option::unwrap_or_default)
            .map_err(|error| FactError::Unavailable(with_causes(&error)))
    }
}
