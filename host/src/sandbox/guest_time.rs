//! The meter of guest time: how long a plugin's own code ran, without what it waited for.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use wasmtime::{Store, UpdateDeadline};

use super::{fault::Fault, limits::Limits, state::State};

/// Adds up the time between [`GuestTime::resume`] and [`GuestTime::pause`]. Clones are the same meter.
#[derive(Debug, Clone, Default)]
pub(super) struct GuestTime(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    spent: Duration,
    since: Option<Instant>,
}

impl GuestTime {
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The plugin's code runs from now on.
    pub(super) fn resume(&self) {
        self.with(|inner| inner.since = Some(Instant::now()));
    }

    /// The plugin's code does not run from now on.
    pub(super) fn pause(&self) {
        self.with(|inner| {
            if let Some(since) = inner.since.take() {
                inner.spent += since.elapsed();
            }
        });
    }

    /// From here on nothing was spent yet.
    pub(super) fn forget(&self) {
        self.with(|inner| *inner = Inner::default());
    }

    /// How long the plugin's code ran so far.
    pub(super) fn spent(&self) -> Duration {
        self.with(|inner| inner.spent + inner.since.map(|since| since.elapsed()).unwrap_or_default())
    }
}

/// At each tick: ends the plugin if its time is used up, else lets other tasks have the thread, so that one busy plugin neither
/// holds up the others nor outlives the wall clock. The meter stands still until the plugin has the thread again.
pub(super) fn arm(store: &mut Store<State>, limits: &Limits) {
    let limit = limits.guest_time;
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |context| {
        let meter = &context.data().guest_time;
        if meter.spent() >= limit.0 {
            return Err(Fault::GuestTime { limit }.into());
        }
        meter.pause();
        let meter = meter.clone();
        let next = async move {
            tokio::task::yield_now().await;
            meter.resume();
        };
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(next)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_time_between_resume_and_pause_is_counted() {
        let pause = Duration::from_millis(20);
        let meter = GuestTime::default();
        meter.resume();
        std::thread::sleep(pause);
        meter.pause();
        let spent = meter.spent();
        assert!(spent >= pause);
        std::thread::sleep(pause);
        assert_eq!(meter.spent(), spent, "a meter that pauses stands still");
        meter.resume();
        std::thread::sleep(pause);
        assert!(meter.spent() >= spent + pause, "and goes on from where it stood");
    }
}
