//! Whether a message is of now. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How far ahead of ours SNS's clock may be.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Why a message is not of now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFresh {
    /// No time at all.
    #[error("its Timestamp is no time")]
    Unreadable,
    /// It may be one that somebody kept and sends again.
    #[error("it is {age:#} old, and no message may be older than {window:#} (door.sns.window)")]
    Old {
        /// How old it is.
        age: SignedDuration,
        /// How old it may be.
        window: SignedDuration,
    },
    /// One of the clocks is wrong.
    #[error("it is of {0:.0}, which is more than {AHEAD:#} from now: is this machine's clock right?")]
    Ahead(Timestamp),
}

/// Whether it was published within this window before `now`.
pub(super) fn check(timestamp: &str, now: Timestamp, window: Duration) -> Result<(), NotFresh> {
    let published: Timestamp = timestamp.parse().map_err(|_| NotFresh::Unreadable)?;
    let window = SignedDuration::try_from(window).unwrap_or(SignedDuration::MAX);
    let age = now.duration_since(published);
    if age > window {
        let age = SignedDuration::from_secs(age.as_secs());
        return Err(NotFresh::Old { age, window });
    }
    if age < -AHEAD {
        return Err(NotFresh::Ahead(published));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(timestamp: &str) -> Result<(), NotFresh> {
        check(timestamp, "2026-03-01T12:00:00Z".parse().unwrap(), HOUR)
    }

    #[rstest]
    #[case::of_now("2026-03-01T12:00:00.000Z")]
    #[case::as_old_as_a_retry_of_sns_can_be("2026-03-01T11:00:00.000Z")]
    #[case::by_a_clock_that_is_ahead("2026-03-01T12:05:00.000Z")]
    #[case::in_another_time_zone("2026-03-01T14:00:00+02:00")]
    fn a_message_of_the_last_hour_is_taken(#[case] timestamp: &str) {
        assert_eq!(at(timestamp), Ok(()));
    }

    #[rstest]
    #[case(
        "2026-03-01T10:59:59.999Z",
        "it is 1h old, and no message may be older than 1h (door.sns.window)"
    )]
    #[case(
        "1970-01-01T00:00:00Z",
        "it is 492324h old, and no message may be older than 1h (door.sns.window)"
    )]
    #[case(
        "2026-03-01T12:05:01Z",
        "it is of 2026-03-01T12:05:01Z, which is more than 5m from now: is this machine's clock right?"
    )]
    #[case("yesterday", "its Timestamp is no time")]
    #[case("", "its Timestamp is no time")]
    #[case("2026-03-01T12:00:00", "its Timestamp is no time")]
    fn an_old_one_and_one_of_tomorrow_are_not(#[case] timestamp: &str, #[case] why: &str) {
        assert_eq!(at(timestamp).unwrap_err().to_string(), why);
    }
}
