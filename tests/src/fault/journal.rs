//! A journal in bad weather: what it is asked may be late, refused, or done without an answer, as with a table over the network.

use std::sync::Arc;

use quell::hold::{Journal, JournalError};

use super::{Weather, cloud::unreachable, weather::Befalls};
use crate::around::{Answer, Around, WrappedJournal};

/// A journal, in this weather.
pub type FaultyJournal = WrappedJournal<Weather>;

impl FaultyJournal {
    /// The journal, in this weather.
    pub fn in_weather(journal: Arc<dyn Journal>, weather: Arc<Weather>) -> Self {
        Self::new(journal, weather)
    }
}

impl Around for Weather {
    async fn call<T: Send>(&self, call: impl Future<Output = Answer<T>> + Send) -> Answer<T> {
        let befalls = self.next().await;
        match befalls {
            Befalls::Nothing => return call.await,
            Befalls::Refusal => {}
            Befalls::Loss => drop(call.await),
        }
        Err(JournalError::Table {
            table: "of the test".to_owned(),
            doing: "answer",
            source: unreachable(self),
        })
    }
}
