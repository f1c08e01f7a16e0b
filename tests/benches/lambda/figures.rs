//! What was measured, put together.

use std::{fmt, time::Duration};

use crate::start::Start;

/// The smallest, the middle and the largest of some figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Of at least one figure.
    fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<_> = figures.into_iter().collect();
        figures.sort_unstable_by(f64::total_cmp);
        let at = |place: usize| figures.get(place).copied().unwrap_or(f64::NAN);
        Self {
            least: at(0),
            median: at(figures.len() / 2),
            most: at(figures.len().saturating_sub(1)),
        }
    }

    fn of_times(times: impl IntoIterator<Item = Duration>) -> Self {
        Self::of(times.into_iter().map(milliseconds))
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1} ({:.1}–{:.1})", self.median, self.least, self.most)
    }
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// All figures of one contender. Times are in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// From the start of the process until it asks for its first event.
    pub(crate) init: Spread,
    /// Start and first alert, as the caller waits for it.
    pub(crate) cold: Spread,
    /// What of that is waiting for moto.
    pub(crate) cold_waited: Spread,
    /// A further alert, by another attacker, as the caller waits for it.
    pub(crate) warm: Spread,
    /// What of that is waiting for moto.
    pub(crate) warm_waited: Spread,
    /// What of that is not.
    pub(crate) warm_own: Spread,
    /// Answers of moto for a warm alert.
    pub(crate) warm_answers: Spread,
    /// The same attack once more.
    pub(crate) repeat: Spread,
    /// The most memory that was resident, in MB.
    pub(crate) memory: Spread,
}

impl Figures {
    /// Of at least one start.
    pub(crate) fn of(starts: &[Start]) -> Self {
        let warm = || starts.iter().flat_map(|start| &start.warm);
        Self {
            init: Spread::of_times(starts.iter().map(|start| start.init)),
            cold: Spread::of_times(starts.iter().map(|start| start.cold.time)),
            cold_waited: Spread::of_times(starts.iter().map(|start| start.cold.waited.time)),
            warm: Spread::of_times(warm().map(|alert| alert.time)),
            warm_waited: Spread::of_times(warm().map(|alert| alert.waited.time)),
            warm_own: Spread::of_times(warm().map(|alert| alert.time.saturating_sub(alert.waited.time))),
            warm_answers: Spread::of(warm().map(|alert| alert.waited.answers as f64)),
            repeat: Spread::of_times(starts.iter().map(|start| start.repeat.time)),
            memory: Spread::of(starts.iter().map(|start| start.memory_bytes as f64 / 1e6)),
        }
    }
}
