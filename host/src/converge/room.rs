//! Room: how many entries a network ACL can take.

use crate::cloud::{Direction, Family};

/// Amazon's default quota L-2AEEBF1A: rules a direction of a network ACL. It can be raised to 40.
pub const DEFAULT_QUOTA: u16 = 20;

/// How many entries a network ACL can take, a direction and family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    quota: u16,
    /// Where the API said that there is no room, whatever our quota says. The API is right.
    full: Vec<(Direction, Family)>,
}

impl Room {
    /// Room for `quota` rules a direction and family, the final deny included: documents disagree on whether it counts, and this is
    /// the reading that never plans a rule too many.
    pub fn of_quota(quota: u16) -> Self {
        Self {
            quota,
            full: Vec::new(),
        }
    }

    /// Notes that the API said `NetworkAclEntryLimitExceeded`.
    pub fn is_full(&mut self, direction: Direction, family: Family) {
        self.full.push((direction, family));
    }

    /// Why there is no room for one more beside `in_use`; None if there is.
    pub fn refusal(&self, direction: Direction, family: Family, in_use: usize) -> Option<String> {
        if self.full.contains(&(direction, family)) {
            return Some(format!(
                "no room: AWS says that there are too many {direction} rules (NetworkAclEntryLimitExceeded), {in_use} for {family} are in use"
            ));
        }
        (in_use >= usize::from(self.quota)).then(|| {
            format!(
                "no room: {in_use} of {} {direction} rules for {family} are in use (quota L-2AEEBF1A)",
                self.quota
            )
        })
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::of_quota(DEFAULT_QUOTA)
    }
}
