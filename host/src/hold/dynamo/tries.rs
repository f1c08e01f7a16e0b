//! Trying again when others were in the way.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use super::Failure;

/// How often it is tried again. With the waits between it takes about ten seconds: longer than any crowd at one target lasts, shorter than a lease.
const MOST: usize = 30;
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(500);

/// Waits that grow, each of a random length, so that those who met do not meet again.
pub(super) struct Tries {
    waits: ExponentialBackoff,
}

impl Default for Tries {
    fn default() -> Self {
        let waits = ExponentialBuilder::new()
            .with_min_delay(SHORTEST)
            .with_max_delay(LONGEST)
            .with_max_times(MOST)
            .with_jitter();
        Self { waits: waits.build() }
    }
}

impl Tries {
    /// Waits until it may be tried again. An error if it was tried too often.
    pub(super) async fn wait(&mut self) -> Result<(), Failure> {
        let wait = self.waits.next().ok_or(Failure::Contended)?;
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
