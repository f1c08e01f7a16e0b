//! Bad luck, by a seed.

use std::{
    env, fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use fastrand::Rng;

/// The variable with the one seed that is played, to play again what went wrong.
pub const VARIABLE: &str = "QUELL_FAULTS";

/// The seeds that every run plays. One more is new each time.
const FIXED: [u64; 4] = [1, 2, 3, 4];

/// A call in so many is late.
const LATE: usize = 4;
/// How late at most, in milliseconds: enough for others to overtake it.
const LATEST: u64 = 12;
/// A call in so many fails.
const FAILING: usize = 8;
/// How many calls fail before the sky clears. An alert is tried eight times in all, so one that nothing else is wrong with is done in the end.
const FAILURES: usize = 6;

/// What befalls a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Befalls {
    Nothing,
    /// It is not done, and answered by an error.
    Refusal,
    /// It is done, and no answer comes.
    Loss,
}

/// The weather between a host and what it talks to. The same seed means the same luck for the first call, the second and so on. By default it is calm.
#[derive(Debug, Default)]
pub struct Weather {
    seed: u64,
    luck: Mutex<Option<Luck>>,
    /// How many calls come before one that is refused, whatever the luck is.
    before_refusal: Mutex<Option<usize>>,
}

#[derive(Debug)]
struct Luck {
    random: Rng,
    failures: usize,
}

impl Weather {
    /// The weather of a seed.
    pub fn of(seed: u64) -> Arc<Self> {
        let luck = Luck {
            random: Rng::with_seed(seed),
            failures: FAILURES,
        };
        Arc::new(Self {
            seed,
            luck: Mutex::new(Some(luck)),
            before_refusal: Mutex::default(),
        })
    }

    /// Refuses one call: the one that comes after so many others from now on.
    pub fn refuses_after(&self, calls: usize) {
        *self.before_refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(calls);
    }

    /// From now on it is calm.
    pub fn calms(&self) {
        *self.luck.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What befalls the next call. Lets it wait if it is late.
    pub(crate) async fn next(&self) -> Befalls {
        let (late, befalls) = self.draw();
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        befalls
    }

    /// Whether it is the turn of the one call that is refused.
    fn is_refused(&self) -> bool {
        let mut before = self.before_refusal.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = *before == Some(0);
        *before = before.and_then(|calls| calls.checked_sub(1));
        is_it
    }

    fn draw(&self) -> (Duration, Befalls) {
        if self.is_refused() {
            return (Duration::ZERO, Befalls::Refusal);
        }
        let mut luck = self.luck.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Luck { random, failures }) = &mut *luck else {
            return (Duration::ZERO, Befalls::Nothing);
        };
        let late = match random.usize(..LATE) {
            0 => Duration::from_millis(random.u64(1..=LATEST)),
            _ => Duration::ZERO,
        };
        let befalls = match (random.usize(..FAILING), *failures) {
            (0, 1..) => {
                *failures -= 1;
                if random.bool() { Befalls::Refusal } else { Befalls::Loss }
            }
            _ => Befalls::Nothing,
        };
        (late, befalls)
    }
}

impl fmt::Display for Weather {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the weather of seed {}", self.seed)
    }
}

/// Whoever reads of a failure needs the seed.
impl Drop for Weather {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("this was {self}; {VARIABLE}={} plays it again", self.seed);
        }
    }
}

/// The weathers that a test plays: some that are always the same and a new one, or the one of `QUELL_FAULTS`.
pub fn weathers() -> Vec<Arc<Weather>> {
    let seeds = match given(VARIABLE) {
        Some(seed) => vec![seed],
        None => FIXED.into_iter().chain([another()]).collect(),
    };
    seeds.into_iter().map(Weather::of).collect()
}

/// A seed that nobody chose; where made-up cases are to be the same in every run, the one that they come from.
fn another() -> u64 {
    given("PROPTEST_RNG_SEED").unwrap_or_else(|| Rng::new().u64(..))
}

/// The seed of the bad luck of one test, which no other test has; or the one of `QUELL_FAULTS`.
pub fn seed_of_the_test() -> u64 {
    given(VARIABLE).unwrap_or_else(|| {
        let mut hasher = DefaultHasher::new();
        another().hash(&mut hasher);
        // A test's thread has the test's name.
        thread::current().name().hash(&mut hasher);
        hasher.finish()
    })
}

fn given(variable: &str) -> Option<u64> {
    env::var(variable).ok().and_then(|seed| seed.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(weather: &Weather) -> Vec<(Duration, Befalls)> {
        (0..200).map(|_| weather.draw()).collect()
    }

    #[test]
    fn the_same_seed_is_the_same_luck_and_in_the_end_it_is_good() {
        let first = drawn(&Weather::of(7));
        assert_eq!(first, drawn(&Weather::of(7)));
        assert_ne!(first, drawn(&Weather::of(8)));
        let failing = first.iter().filter(|(_, befalls)| *befalls != Befalls::Nothing);
        assert_eq!(failing.count(), FAILURES);
        assert!(first.iter().any(|(late, _)| !late.is_zero()));
    }

    #[test]
    fn calm_weather_does_nothing() {
        assert!(
            drawn(&Weather::default())
                .iter()
                .all(|drawn| *drawn == (Duration::ZERO, Befalls::Nothing))
        );
    }
}
