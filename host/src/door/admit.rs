//! Admitting what can wait where it lies: a message in a queue, a line of a file, a sender on a stream.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio_util::sync::CancellationToken;

use crate::{
    alert::{self, Detector},
    hold::DeliveryId,
    text::with_causes,
    way::{Host, ReceiveError},
};

/// The shortest and the longest wait until something is tried again, without the jitter, which makes it up to twice as long.
const SHORTEST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(15);

/// What came in, out of whatever it came in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Incoming<'body> {
    /// Whose alert it is. None: it is looked at.
    pub(super) detector: Option<Detector>,
    /// What tells it from others.
    pub(super) id: &'body DeliveryId,
    /// The alert, as the detector sent it.
    pub(super) body: &'body [u8],
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Admitted {
    /// The journal has it, now or since an earlier time.
    Taken,
    /// It, or some of what is in it, can't be read, which the journal has as failed; or is too long for the journal, which has nothing of it.
    Unreadable(ReceiveError),
    /// The door closes, and the journal does not have it.
    NotYet,
}

/// Takes it in, for as long as it takes: while too many deliveries wait, or the journal fails, it is tried again until the door closes.
pub(super) async fn admit(host: &Host, door: &str, incoming: Incoming<'_>, stop: &CancellationToken) -> Admitted {
    let detector = incoming.detector.unwrap_or_else(|| alert::recognise(incoming.body));
    let mut waits = waits();
    loop {
        let received = host
            .receive_all(door, detector, incoming.id.clone(), incoming.body)
            .await;
        let (not_yet, unreadable): (Vec<_>, Vec<_>) = received
            .into_iter()
            .filter_map(|received| received.outcome.err())
            .partition(ReceiveError::may_pass);
        match not_yet.first() {
            // What was taken in is known at the next try.
            Some(error) => {
                tracing::warn!(door, delivery = %incoming.id, "it waits where it is: {}", with_causes(error));
            }
            None => {
                for error in &unreadable {
                    tracing::error!(door, "{}", with_causes(error));
                }
                return unreadable
                    .into_iter()
                    .next()
                    .map_or(Admitted::Taken, Admitted::Unreadable);
            }
        }
        if !sleep(next(&mut waits), stop).await {
            return Admitted::NotYet;
        }
    }
}

/// The waits between tries, longer each time and at random, without an end.
pub(super) fn waits() -> impl Iterator<Item = Duration> + Send {
    ExponentialBuilder::default()
        .with_min_delay(SHORTEST)
        .with_max_delay(LONGEST)
        .with_jitter()
        .without_max_times()
        .build()
}

/// The next of them.
pub(super) fn next(waits: &mut impl Iterator<Item = Duration>) -> Duration {
    waits.next().unwrap_or(LONGEST)
}

/// Sleeps, and says whether the door is still open then.
pub(super) async fn sleep(so_long: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(so_long) => true,
        () = stop.cancelled() => false,
    }
}
