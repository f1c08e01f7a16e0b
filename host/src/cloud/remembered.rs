//! Answers that are remembered for a short time, and asked for once however many want them.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};
use jiff::Timestamp;

use super::cause::Cause;
use crate::clock::Clock;

/// An answer, and until when it is good.
pub(super) type Good<V> = (V, Timestamp);

type Asking<V, E> = Shared<BoxFuture<'static, Result<Good<V>, E>>>;
type WeakAsking<V, E> = WeakShared<BoxFuture<'static, Result<Good<V>, E>>>;

/// Answers to questions of one kind. Errors are not remembered, but all who wait for the same answer get the same error.
pub(super) struct Remembered<K, V, E> {
    clock: Arc<dyn Clock>,
    /// How many answers are remembered. One more puts out the one that ends first.
    most: usize,
    state: Mutex<State<K, V, E>>,
}

struct State<K, V, E> {
    entries: HashMap<K, Entry<V, E>>,
    /// Numbers the questions, so that an answer is not put where a later question stands.
    asked: u64,
}

enum Entry<V, E> {
    /// It is good from when it was asked for until its end. A clock that was set back must not make it last.
    Known {
        answer: V,
        from: Timestamp,
        until: Timestamp,
    },
    /// Weak, so that a question whose askers have all gone is not taken up again in the middle.
    Asked { number: u64, asking: WeakAsking<V, E> },
}

impl<K, V, E> Remembered<K, V, E>
where
    K: Clone + Eq + Hash,
    V: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
{
    /// Nothing remembered yet; later `most` answers.
    pub(super) fn new(clock: Arc<dyn Clock>, most: usize) -> Self {
        Self {
            clock,
            most,
            state: Mutex::new(State {
                entries: HashMap::new(),
                asked: 0,
            }),
        }
    }

    /// The answer: the one that is remembered, or the one that somebody is waiting for already, or else what `ask` brings.
    pub(super) async fn get<F>(&self, key: &K, ask: impl FnOnce() -> F) -> Result<V, E>
    where
        F: Future<Output = Result<Good<V>, E>> + Send + 'static,
    {
        let now = self.clock.now();
        let (number, asking) = {
            let mut state = self.state();
            match state.entries.get(key) {
                Some(Entry::Known { answer, from, until }) if (*from..*until).contains(&now) => {
                    return Ok(answer.clone());
                }
                Some(Entry::Asked { number, asking }) if let Some(asking) = asking.upgrade() => (*number, asking),
                _ => state.ask(key, Cause::carried(ask()).boxed().shared()),
            }
        };
        let result = asking.await;
        self.state().answered(key, number, &result, now, self.most);
        result.map(|(answer, _)| answer)
    }

    /// The answer that is remembered, or the one that somebody is waiting for already. None if there is neither, or what was waited for was an error: who wants an answer all the same asks.
    pub(super) async fn present(&self, key: &K) -> Option<V> {
        let now = self.clock.now();
        let asking = match self.state().entries.get(key)? {
            Entry::Known { answer, from, until } => return (*from..*until).contains(&now).then(|| answer.clone()),
            Entry::Asked { asking, .. } => asking.upgrade()?,
        };
        // Lambda may freeze a process between its start and its first alert, for whatever time, and the question with it.
        let (answer, until) = asking.await.ok()?;
        (self.clock.now() < until).then_some(answer)
    }

    /// Of the remembered answers that `is_meant` and are still good the newest, and when it was asked for.
    pub(super) fn newest(&self, is_meant: impl Fn(&V) -> bool) -> Option<(V, Timestamp)> {
        let now = self.clock.now();
        let state = self.state();
        let good = state.entries.values().filter_map(|entry| match entry {
            Entry::Known { answer, from, until } if (*from..*until).contains(&now) && is_meant(answer) => {
                Some((answer, *from))
            }
            _ => None,
        });
        good.max_by_key(|(_, from)| *from)
            .map(|(answer, from)| (answer.clone(), from))
    }

    /// Forgets the answers that `is_meant`, and does not remember those that are being waited for.
    pub(super) fn forget(&self, is_meant: impl Fn(&V) -> bool) {
        self.state().entries.retain(|_, entry| match entry {
            Entry::Known { answer, .. } => !is_meant(answer),
            Entry::Asked { .. } => false,
        });
    }

    fn state(&self) -> MutexGuard<'_, State<K, V, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V, E> State<K, V, E>
where
    K: Clone + Eq + Hash,
    V: Clone,
    E: Clone,
{
    fn ask(&mut self, key: &K, asking: Asking<V, E>) -> (u64, Asking<V, E>) {
        self.asked += 1;
        // A question that nobody has polled yet is always there to be downgraded.
        if let Some(weak) = asking.downgrade() {
            let number = self.asked;
            self.entries.insert(key.clone(), Entry::Asked { number, asking: weak });
        }
        (self.asked, asking)
    }

    /// Puts an answer where its question stands, if it still does. The first who brings it does it for all.
    fn answered(&mut self, key: &K, question: u64, result: &Result<Good<V>, E>, from: Timestamp, most: usize) {
        if !matches!(self.entries.get(key), Some(Entry::Asked { number, .. }) if *number == question) {
            return;
        }
        match result {
            Err(_) => {
                self.entries.remove(key);
            }
            Ok((answer, until)) => {
                let known = Entry::Known {
                    answer: answer.clone(),
                    from,
                    until: *until,
                };
                self.entries.insert(key.clone(), known);
                self.make_room(most);
            }
        }
    }

    fn make_room(&mut self, most: usize) {
        while self.entries.len() > most {
            let first = self
                .entries
                .iter()
                .filter_map(|(key, entry)| match entry {
                    Entry::Known { until, .. } => Some((until, key)),
                    Entry::Asked { asking, .. } => asking.upgrade().is_none().then_some((&Timestamp::MIN, key)),
                })
                .min_by_key(|(until, _)| **until)
                .map(|(_, key)| key.clone());
            let Some(first) = first else {
                return;
            };
            self.entries.remove(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use jiff::SignedDuration;

    use super::*;
    use crate::clock::ManualClock;

    /// Numbers its answers, which take a second and are good for five.
    struct Source {
        clock: Arc<ManualClock>,
        remembered: Remembered<&'static str, usize, String>,
        asked: Arc<AtomicUsize>,
    }

    impl Source {
        fn new(most: usize) -> Self {
            let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
            Self {
                remembered: Remembered::new(clock.clone(), most),
                clock,
                asked: Arc::default(),
            }
        }

        async fn get(&self, key: &'static str) -> Result<usize, String> {
            let (asked, now) = (Arc::clone(&self.asked), self.clock.now());
            let ask = || async move {
                let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
                match key {
                    "broken" => Err(format!("failed {number}")),
                    _ => Ok((number, now + SignedDuration::from_secs(5))),
                }
            };
            self.remembered.get(&key, ask).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_many_want_at_once_is_asked_for_once() {
        let source = Source::new(10);
        let answers = futures::future::join_all((0..100).map(|_| source.get("a"))).await;
        assert_eq!(answers, vec![Ok(1); 100]);
        assert_eq!(source.get("a").await, Ok(1));
        assert_eq!(source.get("b").await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_forgotten_at_its_end_and_when_the_clock_was_set_back() {
        let source = Source::new(10);
        source.get("a").await.unwrap();
        source.clock.advance(SignedDuration::from_secs(4));
        assert_eq!(source.get("a").await, Ok(1));
        source.clock.advance(SignedDuration::from_secs(1));
        assert_eq!(source.get("a").await, Ok(2));
        source.clock.advance(-SignedDuration::from_hours(1));
        assert_eq!(source.get("a").await, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_to_all_who_wait_and_not_remembered() {
        let source = Source::new(10);
        let answers = futures::future::join_all((0..100).map(|_| source.get("broken"))).await;
        assert!(answers.iter().all(|answer| *answer == Err("failed 1".to_owned())));
        assert_eq!(source.get("broken").await, Err("failed 2".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_does_not_take_the_answer_from_the_others() {
        let source = Source::new(10);
        let hasty = tokio::time::timeout(Duration::from_millis(500), source.get("a"));
        let (gave_up, patient) = tokio::join!(hasty, source.get("a"));
        assert!(gave_up.is_err());
        assert_eq!(patient, Ok(1));

        let alone = tokio::time::timeout(Duration::from_millis(500), source.get("b")).await;
        assert!(alone.is_err());
        assert_eq!(
            source.get("b").await,
            Ok(3),
            "a question that all gave up is asked anew"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_forgotten_while_it_is_asked_for_is_asked_for_again() {
        let source = Source::new(10);
        let forget = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            source.remembered.forget(|_| true);
        };
        let (before, ()) = tokio::join!(source.get("a"), forget);
        assert_eq!(before, Ok(1));
        assert_eq!(source.get("a").await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn the_newest_answer_that_is_meant_is_told_without_a_question_while_it_is_good() {
        let source = Source::new(10);
        assert_eq!(source.remembered.newest(|_| true), None);
        let begin = source.clock.now();
        source.get("a").await.unwrap();
        source.clock.advance(SignedDuration::from_secs(2));
        source.get("b").await.unwrap();
        let second = source.clock.now();
        assert_eq!(source.remembered.newest(|_| true), Some((2, second)));
        assert_eq!(source.remembered.newest(|answer| *answer == 1), Some((1, begin)));
        source.clock.advance(SignedDuration::from_secs(3));
        assert_eq!(source.remembered.newest(|answer| *answer == 1), None, "its time is up");
        source.remembered.forget(|_| true);
        assert_eq!(source.remembered.newest(|_| true), None);
        assert_eq!(source.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_so_many_are_remembered() {
        let source = Source::new(2);
        for key in ["a", "b", "c"] {
            source.get(key).await.unwrap();
            source.clock.advance(SignedDuration::from_secs(1));
        }
        assert_eq!(source.remembered.state().entries.len(), 2);
        assert_eq!(source.get("c").await, Ok(3));
        assert_eq!(source.get("a").await, Ok(4), "the first to end had to go");
    }
}
