//! What must not be exceeded.

use std::fmt;

use crate::figures::Figures;

/// Of Python's time from nothing to the answer of the first alert.
const COLD: f64 = 1.0 / 8.0;
/// Of Python's memory.
const MEMORY: f64 = 1.0 / 2.0;
/// Milliseconds beside what is waited for, a further alert.
const OWN: f64 = 3.0;
/// What a function of 128 MB has, in MB.
const FUNCTION: f64 = 128.0 * 1.048_576;

/// A figure and how large it may be.
#[derive(Debug)]
pub(crate) struct Limit {
    what: String,
    unit: &'static str,
    is: f64,
    at_most: f64,
    why: String,
}

impl Limit {
    /// That the start and the first alert take an eighth of Python's time.
    pub(crate) fn cold(name: &str, quell: &Figures, python: &Figures) -> Self {
        Self {
            what: format!("{name}: start and first alert"),
            unit: "ms",
            is: quell.cold.median,
            at_most: python.cold.median * COLD,
            why: format!("an eighth of Python's {:.1}", python.cold.median),
        }
    }

    /// That half of Python's memory is enough.
    pub(crate) fn memory(name: &str, quell: &Figures, python: &Figures) -> Self {
        Self {
            what: format!("{name}: resident memory"),
            unit: "MB",
            is: quell.memory.most,
            at_most: python.memory.median * MEMORY,
            why: format!("half of Python's {:.1}", python.memory.median),
        }
    }

    /// That a further alert takes little more than moto's answers.
    pub(crate) fn own(name: &str, quell: &Figures) -> Self {
        Self {
            what: format!("{name}: a further alert, without moto's answers"),
            unit: "ms",
            is: quell.warm_own.median,
            at_most: OWN,
            why: "beside moto's answers".to_owned(),
        }
    }

    /// That the smallest function is large enough.
    pub(crate) fn function(name: &str, quell: &Figures) -> Self {
        Self {
            what: format!("{name}: resident memory"),
            unit: "MB",
            is: quell.memory.most,
            at_most: FUNCTION,
            why: "a function of 128 MB".to_owned(),
        }
    }

    /// Whether it is kept. What could not be measured is not.
    pub(crate) fn is_kept(&self) -> bool {
        self.is <= self.at_most
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            what,
            unit,
            is,
            at_most,
            why,
        } = self;
        let verdict = if self.is_kept() { "kept" } else { "EXCEEDED" };
        write!(
            formatter,
            "{verdict}: {what} {is:.1} {unit}, at most {at_most:.1} ({why})"
        )
    }
}
