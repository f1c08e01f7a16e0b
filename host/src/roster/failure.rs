//! Why a plugin was not asked though an alert is routed to it.

use jiff::Timestamp;

/// Why a plugin was not asked. Time may change it: a person puts it right and the alert is tried again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// It could not be loaded.
    #[error("it could not be loaded: {0}")]
    NotLoaded(String),
    /// It failed too often and rests.
    #[error("it is put aside until {until:.0}, because it failed {failures} times in a row; the last time it {last}")]
    Aside {
        /// When it is tried again.
        until: Timestamp,
        /// How often it failed in a row.
        failures: u32,
        /// How it failed last.
        last: String,
    },
}
