//! What is told of senders now and then, in one line, and not with every message: anybody can send many.

use std::{
    convert::Infallible,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::dropped::Dropped;

/// How often.
const EVERY: Duration = Duration::from_secs(10);

/// How many messages were left out since that was last told, by reason.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Datagrams that the system dropped. None where it does not say so, or none are taken.
    dropped: Option<Dropped>,
    /// Datagrams that came faster than the journal took them.
    pub(super) lost: Count,
    /// Messages longer than any may be.
    pub(super) too_long: Count,
    /// Messages and connections of those who may not send.
    pub(super) strangers: Count,
}

/// A number that is taken away when it is told.
#[derive(Debug, Default)]
pub(super) struct Count(AtomicU64);

impl Count {
    pub(super) fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

impl Told {
    /// Of a door at whose socket the system drops this.
    pub(super) fn new(dropped: Option<Dropped>) -> Self {
        Self {
            dropped,
            ..Self::default()
        }
    }

    /// Tells now and then, for ever.
    pub(super) async fn now_and_then(&self) -> Infallible {
        loop {
            tokio::time::sleep(EVERY).await;
            self.tell();
        }
    }

    /// Tells what there is to tell.
    pub(super) fn tell(&self) {
        let dropped = self.dropped.as_ref().map_or(0, Dropped::take);
        let (lost, too_long, strangers) = (self.lost.take(), self.too_long.take(), self.strangers.take());
        if dropped > 0 {
            tracing::error!(
                dropped,
                "syslog datagrams were dropped by the system: they came faster than Quell reads them; a larger `net.core.rmem_default` takes longer bursts, and by TCP their sender would have waited"
            );
        }
        if lost > 0 {
            tracing::error!(
                lost,
                "syslog datagrams were lost: they came faster than the journal takes them, or while `work.queue` was full; by TCP their sender would have waited"
            );
        }
        if too_long > 0 {
            tracing::warn!(
                too_long,
                "syslog messages were left out: they have more bytes than `max-message` allows"
            );
        }
        if strangers > 0 {
            tracing::warn!(
                strangers,
                "syslog messages or connections were refused: `from` does not name their senders"
            );
        }
    }
}
