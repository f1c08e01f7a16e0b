//! How an invocation's time is shared out. Pure.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// What is kept back for what was begun: one call to AWS and its answer, the end of the change in the journal, and what became of the delivery.
const RESERVE: SignedDuration = SignedDuration::from_secs(3);
/// What is kept back for the answer, whatever is under way.
const ANSWER: SignedDuration = SignedDuration::from_millis(500);

/// The time that an invocation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// Until when something may begin.
    pub(super) begin: Timestamp,
    /// In how long the answer must be given, done or not.
    pub(super) answer: Duration,
}

impl Times {
    /// Shares out what is left until Lambda ends the invocation. The two reserves are never more than a quarter and an eighth of it.
    pub(super) fn until(deadline: Timestamp, now: Timestamp) -> Self {
        let left = deadline.duration_since(now).max(SignedDuration::ZERO);
        let (reserve, answer) = (RESERVE.min(left / 4), ANSWER.min(left / 8));
        Self {
            begin: deadline.saturating_sub(reserve).unwrap_or(now),
            answer: Duration::try_from(left - answer).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(left: i64) -> (i64, u128) {
        let times = Times::until(Timestamp::from_millisecond(left).unwrap(), Timestamp::UNIX_EPOCH);
        (times.begin.as_millisecond(), times.answer.as_millis())
    }

    #[test]
    fn what_was_begun_and_the_answer_have_their_time() {
        assert_eq!(times(60_000), (57_000, 59_500));
        assert_eq!(times(4_000), (3_000, 3_500));
        assert_eq!(times(800), (600, 700));
    }

    #[test]
    fn a_time_that_is_up_gives_nobody_any() {
        assert_eq!(times(0), (0, 0));
        assert_eq!(times(-5_000).1, 0);
    }
}
