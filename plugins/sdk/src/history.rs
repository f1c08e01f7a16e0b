//! The history of an address.

use crate::History;

/// Nothing was ever done about the address.
///
/// ```
/// use quell_plugin::History;
///
/// let blocked_twice = History { holds: 2, offences: 5, ..History::default() };
/// assert_eq!(blocked_twice.in_force, 0);
/// ```
impl Default for History {
    fn default() -> Self {
        Self {
            holds: 0,
            offences: 0,
            in_force: 0,
            last_since: None,
            last_until: None,
            extensions: Vec::new(),
        }
    }
}

impl History {
    /// How many of the holds are over: how often the address was blocked before.
    ///
    /// ```
    /// use quell_plugin::History;
    ///
    /// let blocked_again = History { holds: 3, in_force: 1, ..History::default() };
    /// assert_eq!(blocked_again.ended_holds(), 2);
    /// ```
    pub fn ended_holds(&self) -> u32 {
        self.holds.saturating_sub(self.in_force)
    }
}
