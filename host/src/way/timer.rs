//! The timer: ends holds at their time, and looks after what is in force.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Host;
use crate::{cloud::Cause, hold::JournalError, text::with_causes};

/// How long the timer sleeps at most. A hold whose end is further away is looked at again until then, so a clock that was set does little harm.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// How often everything in force is compared with what is there.
const REPAIR_EVERY: Duration = Duration::from_secs(60);
/// How often the journal forgets what is old.
const PRUNE_EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs until it is told to stop. The first round is at once: it ends what ended while nothing ran, finishes what was begun, and brings what is in force to the
/// configuration of today.
pub async fn run(host: Arc<Host>, stop: CancellationToken) {
    Cause::Timer.scope(look_after(host, stop)).await;
}

async fn look_after(host: Arc<Host>, stop: CancellationToken) {
    let mut repair = Every::new(REPAIR_EVERY);
    let mut prune = Every::new(PRUNE_EVERY);
    while !stop.is_cancelled() {
        told("holds could not be looked after", host.tend().await.map(drop));
        told(
            "what is in force could not follow what is never blocked",
            host.follow_never_block().await.map(drop),
        );
        if repair.is_due() {
            told(
                "what is in force could not be compared with what is there",
                host.repair().await.map(drop),
            );
        }
        if prune.is_due() {
            told("the journal could not forget what is old", host.prune().await);
        }
        if let Err(error) = host.make_checkpoint().await {
            tracing::error!("no checkpoint was made: {}; tried again", with_causes(&error));
        }
        let sleep = host.until_next_end().await;
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = host.held.notified() => {}
            () = stop.cancelled() => {}
        }
    }
}

fn told(what: &str, result: Result<(), JournalError>) {
    if let Err(error) = result {
        tracing::error!("{what}: {}; tried again", with_causes(&error));
    }
}

/// Something that is due at once, and then at intervals.
struct Every {
    interval: Duration,
    last: Option<Instant>,
}

impl Every {
    fn new(interval: Duration) -> Self {
        Self { interval, last: None }
    }

    fn is_due(&mut self) -> bool {
        let due = self.last.is_none_or(|last| last.elapsed() >= self.interval);
        if due {
            self.last = Some(Instant::now());
        }
        due
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
