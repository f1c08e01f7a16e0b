//! The thread that makes the engine's epochs pass while a plugin runs.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, JoinHandle, Thread},
    time::Duration,
};

use wasmtime::Engine;

use super::engine::Use;

/// How long an epoch lasts: how exact the limit of guest time is.
const TICK: Duration = Duration::from_millis(1);

/// Ticks without a decision before the thread of a daemon sleeps. To wake it costs a tenth of a decision, so it stays awake between
/// decisions that come one upon the other. Where one comes after the other, it would only wake the processor a thousand times a second.
const LINGER: u32 = 100;

/// Makes epochs pass while at least one plugin runs; sleeps otherwise. Stops when dropped.
#[derive(Debug)]
pub(super) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    handle: Thread,
}

#[derive(Debug, Default)]
struct Shared {
    running: AtomicUsize,
    asleep: AtomicBool,
    stopped: AtomicBool,
}

/// A plugin runs as long as this lives.
#[derive(Debug)]
pub(super) struct Running<'a>(&'a Shared);

impl Ticker {
    /// Starts the thread.
    pub(super) fn start(engine: Engine, purpose: Use) -> io::Result<Self> {
        let linger = match purpose {
            Use::Daemon => LINGER,
            Use::OneAtATime | Use::Measure => 0,
        };
        let shared = Arc::new(Shared::default());
        let thread = thread::Builder::new().name("quell-ticker".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.tick(&engine, linger)
        })?;
        Ok(Self {
            shared,
            handle: thread.thread().clone(),
            thread: Some(thread),
        })
    }

    /// Says that a plugin runs now.
    pub(super) fn running(&self) -> Running<'_> {
        // The order of the two on this side, and of the opposite two in `tick`, makes it impossible that both sides miss each other.
        if self.shared.running.fetch_add(1, SeqCst) == 0 && self.shared.asleep.load(SeqCst) {
            self.handle.unpark();
        }
        Running(&self.shared)
    }
}

impl Shared {
    fn tick(&self, engine: &Engine, linger: u32) {
        let mut idle = 0;
        while !self.stopped.load(SeqCst) {
            if self.running.load(SeqCst) > 0 {
                idle = 0;
            } else if idle < linger {
                idle += 1;
            } else {
                self.asleep.store(true, SeqCst);
                if self.running.load(SeqCst) == 0 && !self.stopped.load(SeqCst) {
                    thread::park();
                }
                self.asleep.store(false, SeqCst);
            }
            thread::sleep(TICK);
            engine.increment_epoch();
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stopped.store(true, SeqCst);
        self.handle.unpark();
        if let Some(thread) = self.thread.take() {
            // A panic there has nobody left to tell.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::daemon(Use::Daemon)]
    #[case::function(Use::OneAtATime)]
    fn it_sleeps_when_nothing_runs_and_wakes_when_something_does(#[case] purpose: Use) {
        let ticker = Ticker::start(Engine::default(), purpose).unwrap();
        let sleeps = |ticker: &Ticker| ticker.shared.asleep.load(SeqCst);
        while !sleeps(&ticker) {
            thread::sleep(TICK);
        }
        let running = ticker.running();
        while sleeps(&ticker) {
            thread::sleep(TICK);
        }
        thread::sleep(TICK * 2 * LINGER);
        assert!(!sleeps(&ticker), "it must not sleep while a plugin runs");
        drop(running);
        while !sleeps(&ticker) {
            thread::sleep(TICK);
        }
    }
}
