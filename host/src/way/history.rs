//! The journal as a source of the history fact.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;

use crate::{
    clock::Clock,
    fact::{FactError, History, HistorySource},
    hold::Journal,
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
}
