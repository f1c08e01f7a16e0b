//! The one clock. Whatever asks for the time asks it here, so that a test can hold time still or move it.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

/// Tells the time, and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Returns when so much time has passed. Where there is a [`Self::deadline`], then at the latest.
    async fn sleep(&self, duration: Duration);

    /// Until when work may begin, in a process that is given only so much time. What was begun is finished.
    fn deadline(&self) -> Option<Timestamp> {
        None
    }

    /// Whether no more work may begin.
    fn is_time_up(&self) -> bool {
        self.deadline().is_some_and(|deadline| self.now() >= deadline)
    }
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
        wait(duration).await;
    }
}

/// tokio's timer has milliseconds, and waits for the next one even where there is nothing to wait for.
async fn wait(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// The machine's clock in a process that is given time piece by piece, as a function is with each invocation.
#[derive(Debug)]
pub struct GivenTime {
    /// In milliseconds since 1970.
    deadline: AtomicI64,
}

impl GivenTime {
    /// A clock by which no time is given yet.
    pub fn none() -> Self {
        Self {
            deadline: AtomicI64::new(0),
        }
    }

    /// Gives time: work may begin until then.
    pub fn give(&self, until: Timestamp) {
        self.deadline.store(until.as_millisecond(), Ordering::Relaxed);
    }
}

#[async_trait]
impl Clock for GivenTime {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: Duration) {
        let left = self.deadline().map(|deadline| deadline.duration_since(self.now()));
        let left = left.map_or(duration, |left| Duration::try_from(left).unwrap_or_default());
        wait(duration.min(left)).await;
    }

    fn deadline(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.deadline.load(Ordering::Relaxed)).ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_sleeps_by_given_time_does_not_oversleep_its_end() {
        let clock = GivenTime::none();
        assert!(clock.is_time_up());
        clock.give(clock.now().saturating_add(SignedDuration::from_millis(20)).unwrap());
        assert!(!clock.is_time_up());
        // An hour would not come to its end here.
        clock.sleep(Duration::from_secs(3600)).await;
        clock.sleep(Duration::from_secs(3600)).await;
        assert!(clock.is_time_up());
    }
}
