//! The breaker: puts a plugin aside for a while that keeps failing, and then tries it again with a single alert.
//!
//! Pure: it is told the time. Closed, it lets every alert through. After so many failures in a row it opens, and lets nobody through until the pause is over. Then
//! one alert is the trial: if it goes well the breaker closes, if not it stays open for another pause.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// When a plugin is put aside, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerTerms {
    /// After so many failures in a row; at least 1.
    pub failures: u32,
    /// For so long.
    pub pause: Duration,
}

impl Default for BreakerTerms {
    fn default() -> Self {
        Self {
            failures: 5,
            pause: Duration::from_secs(300),
        }
    }
}

/// The breaker of one plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaker {
    terms: BreakerTerms,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// It lets through. So many failures came one after the other.
    Closed { failures: u32 },
    /// It lets nobody through until then.
    Open {
        failures: u32,
        until: Timestamp,
        last: String,
    },
    /// It let one through, whose answer is waited for. If none comes until then, another may try: the one that was let through was given up.
    Trial {
        failures: u32,
        until: Timestamp,
        last: String,
    },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// Whether an alert may go to the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// It may.
    Go,
    /// It may, as the one that tries whether the plugin works again.
    Trial,
    /// It may not until then.
    Aside {
        /// Until when.
        until: Timestamp,
        /// How often the plugin failed in a row.
        failures: u32,
        /// How it failed last.
        last: String,
    },
}

/// A turn of the breaker, which a person should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// The plugin is put aside, until then.
    Opened {
        /// Until when.
        until: Timestamp,
        /// After so many failures in a row.
        failures: u32,
    },
    /// The plugin works again.
    Closed,
}

impl Breaker {
    /// A breaker that lets through.
    pub fn new(terms: BreakerTerms) -> Self {
        Self {
            terms,
            state: State::default(),
        }
    }

    /// When it opens, and for how long.
    pub fn terms(&self) -> BreakerTerms {
        self.terms
    }

    /// Asks for leave to go to the plugin at `now`. Who is let go tells what came of it.
    pub fn ask(&mut self, now: Timestamp) -> Leave {
        let (failures, until, last) = match &self.state {
            State::Closed { .. } => return Leave::Go,
            State::Open { failures, until, last } | State::Trial { failures, until, last } => (*failures, *until, last),
        };
        if now < until {
            return Leave::Aside {
                until,
                failures,
                last: last.clone(),
            };
        }
        self.state = State::Trial {
            failures,
            until: self.later(now),
            last: last.clone(),
        };
        Leave::Trial
    }

    /// The plugin did its part.
    pub fn succeeded(&mut self) -> Option<Turn> {
        let was_open = !matches!(self.state, State::Closed { .. });
        self.state = State::default();
        was_open.then_some(Turn::Closed)
    }

    /// The plugin failed at `now`, in this way.
    pub fn failed(&mut self, now: Timestamp, how: &dyn fmt::Display) -> Option<Turn> {
        let failures = match &self.state {
            // Those that were let go before it opened end one after the other; they do not make the pause longer.
            State::Open { .. } => return None,
            State::Closed { failures } | State::Trial { failures, .. } => failures.saturating_add(1),
        };
        if matches!(self.state, State::Closed { .. }) && failures < self.terms.failures {
            self.state = State::Closed { failures };
            return None;
        }
        let until = self.later(now);
        self.state = State::Open {
            failures,
            until,
            last: how.to_string(),
        };
        Some(Turn::Opened { until, failures })
    }

    /// The plugin gave no answer, by no fault of its own. If it was the trial, the next alert is.
    pub fn learnt_nothing(&mut self, now: Timestamp) {
        if let State::Trial { failures, last, .. } = &self.state {
            self.state = State::Open {
                failures: *failures,
                until: now,
                last: last.clone(),
            };
        }
    }

    /// Until when the plugin is aside, if it is, whether or not the pause is over.
    pub fn aside_until(&self) -> Option<Timestamp> {
        match self.state {
            State::Closed { .. } => None,
            State::Open { until, .. } | State::Trial { until, .. } => Some(until),
        }
    }

    fn later(&self, now: Timestamp) -> Timestamp {
        let pause = SignedDuration::try_from(self.terms.pause).unwrap_or(SignedDuration::MAX);
        now.saturating_add(pause).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests;
