//! Scores: how good a set of rules is.

use std::cmp::Reverse;

use super::Weight;

/// How good a set of rules is. Scores of sets in different parts of the tree add up.
///
/// The fields are in the order in which they count, so the derived order is the one in which the packing decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    /// Weights less cost plus bonus.
    worth: Weight,
    /// How many rules: of sets that are worth the same, the smaller one wins.
    rules: Reverse<u32>,
    /// The sum of the prefix lengths: then the one that denies less.
    length: u32,
}

impl Score {
    /// The score of one rule.
    pub(super) fn of_rule(worth: Weight, length: u8) -> Self {
        Self {
            worth,
            rules: Reverse(1),
            length: length.into(),
        }
    }

    /// What the set is worth.
    pub(super) fn worth(self) -> Weight {
        self.worth
    }

    /// The score of both sets together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            worth: self.worth.saturating_add(other.worth),
            rules: Reverse(self.rules.0.saturating_add(other.rules.0)),
            length: self.length.saturating_add(other.length),
        }
    }
}
