//! What was done about an address at once, and its history out of all that was done.

use jiff::Timestamp;

use crate::fact::History;

/// Holds that began together: one delivery puts one on each ACL and in each direction. They are one act, so they count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Act {
    /// Of the one that most deliveries asked for.
    pub(super) offences: u32,
    /// Whether one of them is in force.
    pub(super) in_force: bool,
    /// When the first began.
    pub(super) since: Timestamp,
    /// When the last ended or will end. None if one lasts until released.
    pub(super) until: Option<Timestamp>,
}

impl Act {
    /// Adds another hold that began together with these.
    #[cfg(feature = "aws")]
    pub(super) fn join(&mut self, other: &Self) {
        self.offences = self.offences.max(other.offences);
        self.in_force |= other.in_force;
        self.since = self.since.min(other.since);
        self.until = super::agreement::later(self.until, other.until);
    }

    /// The history out of all acts, in the order in which they began.
    pub(super) fn history(acts: impl Iterator<Item = Self>) -> History {
        let acts: Vec<_> = acts.collect();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let newest = acts.iter().max_by_key(|act| act.since);
        History {
            holds: count(acts.len()),
            offences: acts.iter().fold(0, |sum, act| sum.saturating_add(act.offences)),
            in_force: count(acts.iter().filter(|act| act.in_force).count()),
            last_since: newest.map(|act| act.since),
            last_until: newest.and_then(|act| act.until),
        }
    }
}
