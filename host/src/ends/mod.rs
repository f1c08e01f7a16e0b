//! Ends of holds and of pardons as messages that a queue keeps back until it is time.
//!
//! A queue can't delay a message for longer than [`LONGEST`]; one for a later end comes early and is sent once more. A message that is lost or that comes twice does no harm: it asks
//! for no more than a look at what is due, and the schedule looks too.

#[cfg(feature = "aws")]
mod sqs;

use std::error::Error;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

#[cfg(feature = "aws")]
pub use self::sqs::DelayQueue;

/// The longest that SQS delays a message ("DelaySeconds", Amazon SQS API reference).
pub const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// What takes word of ends and brings it back when it is time.
#[async_trait]
pub trait Ends: Send + Sync {
    /// Sends word of one end, at this time.
    async fn send(&self, end: Timestamp, now: Timestamp) -> Result<(), EndsError>;

    /// Looks whether it is there, and sends nothing.
    async fn examine(&self) -> Result<(), EndsError>;
}

/// What can go wrong with a delay queue.
#[derive(Debug, thiserror::Error)]
pub enum EndsError {
    /// It does not take word of an end.
    #[error("word of an end could not be sent to the delay queue {queue} (ends.queue)")]
    Send {
        /// Its URL.
        queue: String,
        /// What the service says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It can't be looked at.
    #[error(
        "the delay queue {queue} (ends.queue) can't be looked at: is it there, and do these credentials have the rights that `quell doctor --permissions` prints?"
    )]
    Examine {
        /// Its URL.
        queue: String,
        /// What the service says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// For how many seconds to delay word of an end: until it, or as long as can be. Never so short that it comes before the end's second is over.
pub fn delay(end: Timestamp, now: Timestamp) -> i32 {
    let left = end.duration_since(now).clamp(SignedDuration::ZERO, LONGEST);
    let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_until_the_end_and_never_longer_than_a_queue_takes() {
        let now = Timestamp::UNIX_EPOCH;
        let delay = |millis| delay(Timestamp::from_millisecond(millis).unwrap(), now);
        assert_eq!(delay(-5_000), 0);
        assert_eq!(delay(0), 0);
        assert_eq!(delay(1), 1);
        assert_eq!(delay(60_000), 60);
        assert_eq!(delay(899_001), 900);
        assert_eq!(delay(30 * 86_400_000), 900);
    }
}
