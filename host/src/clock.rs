//! The one clock. Whatever asks for the time asks it here, so that a test can hold time still or move it.

use std::{sync::Mutex, time::Duration};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Tells the time, and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Returns when so much time has passed.
    async fn sleep(&self, duration: Duration);
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A clock that stands still until it is moved. Who sleeps by it moves it, so that no real time passes.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that stands at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock by `by`, which may be negative.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *now = now.saturating_add(by).unwrap_or(Timestamp::MAX);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    async fn sleep(&self, duration: Duration) {
        let awake = self.now().saturating_add(duration).unwrap_or(Timestamp::MAX);
        // Others get their turn, as they would if time passed.
        tokio::task::yield_now().await;
        let mut now = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *now = awake.max(*now);
    }
}
