//! Telling the delay queue of ends, where there is one: the function that has no timer is called at the second. The journal has every end all the same, so that what can't be sent
//! is only late.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::future::join_all;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use super::Host;
use crate::{ends::Ends, hold::JournalError, text::with_causes};

/// How long an alert or an order may wait for its ends to be sent, beside all else that it does.
const PATIENCE: Duration = Duration::from_secs(2);

impl Host {
    /// Has ends told to a delay queue from here on. Not for a process that has a timer.
    pub fn set_ends(&mut self, ends: Arc<dyn Ends>) {
        self.ends = Some(ends);
    }

    /// Tells the delay queue of ends. What fails is logged, and left to the schedule.
    pub(super) async fn tell_ends(&self, ends: impl IntoIterator<Item = Timestamp>) {
        let Some(queue) = &self.ends else { return };
        let now = self.parts.clock.now();
        // Who is called when the second is over in which several holds end, ends them all.
        let whole = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil);
        let ends: BTreeSet<_> = ends.into_iter().map(|end| end.round(whole).unwrap_or(end)).collect();
        let send = ends.into_iter().map(async |end| match queue.send(end, now).await {
            Ok(()) => tracing::debug!(%end, "word of an end was sent to the delay queue"),
            Err(error) => tracing::warn!(%end, "{}; the schedule ends it", with_causes(&error)),
        });
        if tokio::time::timeout(PATIENCE, join_all(send)).await.is_err() {
            tracing::warn!("the delay queue took no word of an end within {PATIENCE:?}; the schedule ends it");
        }
    }

    /// What is to be done when word of an end comes back: what is due is ended, holds and pardons, or it is sent once more because the end is still to come. Word of an end that nothing
    /// has any more is forgotten.
    pub async fn end_has_come(&self, end: Timestamp) -> Result<(), JournalError> {
        if end <= self.parts.clock.now() {
            self.tend().await?;
            return Ok(());
        }
        let next = self.parts.journal.next_end().await?;
        if next.is_some_and(|next| next <= end) {
            self.tell_ends([end]).await;
        }
        Ok(())
    }
}
