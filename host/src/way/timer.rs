//! The timer: ends holds at their time, and looks after what is in force.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Host;
use crate::text::with_causes;

/// How long the timer sleeps at most. A hold whose end is further away is looked at again until then, so a clock that was set does little harm.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// How often everything in force is compared with what is there.
const REPAIR_EVERY: Duration = Duration::from_secs(60);

/// Runs until it is told to stop. The first round is at once: it ends what ended while nothing ran, and finishes what was begun.
pub async fn run(host: Arc<Host>, stop: CancellationToken) {
    let mut repaired = Instant::now();
    while !stop.is_cancelled() {
        if let Err(error) = host.tend().await {
            tracing::error!("holds could not be looked after: {}; tried again", with_causes(&error));
        }
        if repaired.elapsed() >= REPAIR_EVERY {
            if let Err(error) = host.repair().await {
                tracing::error!(
                    "network ACLs could not be compared: {}; tried again",
                    with_causes(&error)
                );
            }
            repaired = Instant::now();
        }
        let sleep = host.until_next_end().await;
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = host.held.notified() => {}
            () = stop.cancelled() => {}
        }
    }
}

impl Host {
    /// How long until the next hold ends, at most [`LONGEST_SLEEP`].
    async fn until_next_end(&self) -> Duration {
        let next = self.parts.journal.next_end().await.ok().flatten();
        next.map_or(LONGEST_SLEEP, |end| wait(end, self.parts.clock.now()))
    }
}

/// From `now` until `end`, within bounds: never so short that a failing journal makes a busy loop.
fn wait(end: Timestamp, now: Timestamp) -> Duration {
    let wait = Duration::try_from(end.duration_since(now)).unwrap_or_default();
    wait.clamp(Duration::from_millis(20), LONGEST_SLEEP)
}
