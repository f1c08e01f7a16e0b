//! When a secret is looked at again.

use std::time::Duration;

use tokio::time::Instant;

/// How long a secret is left alone after it was looked at, the first time. Each further look that finds nothing new doubles that, so that whoever knocks with wrong tokens
/// makes neither calls nor costs.
const FIRST_REST: Duration = Duration::from_secs(1);

/// The longest that it is left alone.
const LONGEST_REST: Duration = Duration::from_secs(60);

/// The last look, and how many before it found nothing new.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    at: Instant,
    fruitless: u32,
}

impl Look {
    /// A look now, which found something new.
    pub(super) fn fruitful() -> Self {
        Self {
            at: Instant::now(),
            fruitless: 0,
        }
    }

    /// A look now, after another, which found nothing new.
    pub(super) fn fruitless_after(before: Option<Self>) -> Self {
        Self {
            at: Instant::now(),
            fruitless: before.map_or(0, |before| before.fruitless.saturating_add(1)),
        }
    }

    /// How long until the next look may be. Zero if it may be now.
    pub(super) fn rest(&self) -> Duration {
        let factor = 1_u32.checked_shl(self.fruitless).unwrap_or(u32::MAX);
        let rest = FIRST_REST.saturating_mul(factor).min(LONGEST_REST);
        rest.saturating_sub(self.at.elapsed())
    }

    /// Whether the look is as old as this.
    pub(super) fn is_older_than(&self, age: Duration) -> bool {
        self.at.elapsed() >= age
    }
}
