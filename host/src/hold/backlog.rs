//! The backlog: the alerts that wait to be worked on.

use jiff::Timestamp;

/// How much waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many deliveries wait, those that are worked on at this moment among them.
    pub waiting: u32,
    /// When the one came that waits for longest. None if none waits.
    pub oldest: Option<Timestamp>,
}
