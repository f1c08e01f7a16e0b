//! Retrying: when a delivery that failed for a passing reason is worked on again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::{SignedDuration, Timestamp};

/// How often a delivery is worked on before it is given up.
pub const ATTEMPTS: u32 = 8;
/// The shortest wait between two attempts.
const SHORTEST: Duration = Duration::from_secs(5);
/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// When to work again on a delivery that failed `attempts` times, or None if that was often enough. The waits grow threefold, with jitter so that
/// what failed together does not come back together.
pub fn next(attempts: u32, now: Timestamp) -> Option<Timestamp> {
    if attempts >= ATTEMPTS {
        return None;
    }
    let waits = ExponentialBuilder::default()
        .with_min_delay(SHORTEST)
        .with_max_delay(LONGEST)
        .with_factor(3.0)
        .with_jitter()
        .with_max_times(ATTEMPTS as usize);
    let wait = waits.build().nth(attempts.saturating_sub(1) as usize)?;
    let wait = SignedDuration::try_from(wait).ok()?;
    now.checked_add(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let now = Timestamp::UNIX_EPOCH;
        let waits: Vec<_> = (1..ATTEMPTS)
            .map(|attempts| next(attempts, now).unwrap().as_second())
            .collect();
        assert!(waits[0] >= 5 && waits[0] <= 10, "{waits:?}");
        assert!(waits[3] > waits[0] * 5, "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 2 * 15 * 60), "{waits:?}");
        assert_eq!(next(ATTEMPTS, now), None);
    }
}
