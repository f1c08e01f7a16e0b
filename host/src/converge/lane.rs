//! Lanes: one run at a time on each target, and one run for all who asked before it began.
//!
//! A thousand alerts on one network ACL ask for a thousand converges. Each must know that the ACL was brought to its holds *after* it asked; that
//! takes two runs, not a thousand.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex as PlainMutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::clock::Clock;

/// The rest after the first of several runs in a row; it doubles from run to run.
const FIRST_REST: Duration = Duration::from_millis(250);
/// The longest rest. What is asked for while a lane rests is done in one run after it, so this bounds how late an alert can be.
const LONGEST_REST: Duration = Duration::from_secs(2);
/// After so long without a run a lane starts without rest again.
const QUIET: SignedDuration = SignedDuration::from_secs(10);

/// One lane a target.
pub(super) struct Lanes<K, T> {
    clock: Arc<dyn Clock>,
    rests: bool,
    lanes: PlainMutex<HashMap<K, Arc<Lane<T>>>>,
}

struct Lane<T> {
    /// How often a run was asked for.
    asked: AtomicU64,
    state: Mutex<State<T>>,
}

struct State<T> {
    /// All who asked up to this are served by the last run.
    served: u64,
    last: Option<T>,
    ended: Option<Timestamp>,
    rest: Duration,
}

impl<K: Eq + Hash + Clone, T: Clone> Lanes<K, T> {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            rests: true,
            lanes: PlainMutex::default(),
        }
    }

    /// Lanes for a process in which nobody comes while one rests: it would only be late.
    pub(super) fn without_rest(clock: Arc<dyn Clock>) -> Self {
        Self {
            rests: false,
            ..Self::new(clock)
        }
    }

    /// The result of a run on `key` that begins after this was called: a run of `work`, or of somebody who waited too.
    /// Must not be cut off: whoever is next would begin while `work` may still have something under way.
    pub(super) async fn go(&self, key: &K, work: impl Future<Output = T>) -> T {
        let lane = self.lane(key);
        let ticket = lane.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut state = lane.state.lock().await;
        if let (true, Some(result)) = (state.served >= ticket, &state.last) {
            return result.clone();
        }
        if self.rests {
            self.rest(&mut state).await;
        }
        // Everybody who has asked by this moment is served: what they want done is in the journal already.
        let served = lane.asked.load(Ordering::SeqCst);
        let result = work.await;
        state.served = served;
        state.last = Some(result.clone());
        state.ended = Some(self.clock.now());
        result
    }

    async fn rest(&self, state: &mut State<T>) {
        let since = state.ended.map(|ended| self.clock.now().duration_since(ended));
        let Some(since) = since.filter(|since| *since < QUIET) else {
            state.rest = Duration::ZERO;
            return;
        };
        state.rest = (state.rest * 2).clamp(FIRST_REST, LONGEST_REST);
        let left = state.rest.saturating_sub(Duration::try_from(since).unwrap_or_default());
        if !left.is_zero() {
            self.clock.sleep(left).await;
        }
    }

    fn lane(&self, key: &K) -> Arc<Lane<T>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key.clone()).or_insert_with(|| {
            Arc::new(Lane {
                asked: AtomicU64::new(0),
                state: Mutex::new(State {
                    served: 0,
                    last: None,
                    ended: None,
                    rest: Duration::ZERO,
                }),
            })
        });
        Arc::clone(lane)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures::future::join_all;

    use super::*;
    use crate::clock::ManualClock;

    fn lanes() -> (Arc<ManualClock>, Lanes<&'static str, usize>) {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        (clock.clone(), Lanes::new(clock))
    }

    /// A run that takes its time and says the how-many-eth it was.
    async fn run(runs: &AtomicUsize) -> usize {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        runs.fetch_add(1, Ordering::SeqCst) + 1
    }

    #[tokio::test]
    async fn a_thousand_who_ask_at_once_are_served_by_two_runs() {
        let (_, lanes) = lanes();
        let runs = AtomicUsize::new(0);
        join_all((0..1000).map(|_| lanes.go(&"acl", run(&runs)))).await;
        assert!(runs.into_inner() <= 2);
    }

    #[tokio::test]
    async fn who_asks_while_a_run_is_under_way_gets_one_that_begins_later() {
        let (_, lanes) = lanes();
        let runs = AtomicUsize::new(0);
        let first = lanes.go(&"acl", run(&runs));
        let second = async {
            tokio::task::yield_now().await;
            lanes.go(&"acl", run(&runs)).await
        };
        assert_eq!(tokio::join!(first, second), (1, 2));
    }

    #[tokio::test]
    async fn one_target_does_not_wait_for_another() {
        let (_, lanes) = lanes();
        let runs = AtomicUsize::new(0);
        let stuck = lanes.go(&"stuck", std::future::pending());
        tokio::select! {
            _ = stuck => unreachable!("it is stuck"),
            result = lanes.go(&"acl", run(&runs)) => assert_eq!(result, 1),
        }
    }

    #[tokio::test]
    async fn where_nobody_else_can_come_nobody_waits() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let lanes = Lanes::without_rest(clock.clone());
        let runs = AtomicUsize::new(0);
        for _ in 0..6 {
            lanes.go(&"acl", run(&runs)).await;
        }
        assert_eq!(runs.into_inner(), 6);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }

    #[tokio::test]
    async fn runs_in_a_row_come_at_growing_intervals_and_a_quiet_lane_starts_at_once() {
        let (clock, lanes) = lanes();
        let runs = AtomicUsize::new(0);
        let mut began = Vec::new();
        for _ in 0..6 {
            lanes
                .go(&"acl", async {
                    began.push(clock.now().as_millisecond());
                    run(&runs).await
                })
                .await;
        }
        assert_eq!(began, [0, 250, 750, 1750, 3750, 5750]);
        clock.advance(SignedDuration::from_secs(10));
        lanes
            .go(&"acl", async {
                began.push(clock.now().as_millisecond());
                run(&runs).await
            })
            .await;
        assert_eq!(began.last(), Some(&15_750));
    }
}
