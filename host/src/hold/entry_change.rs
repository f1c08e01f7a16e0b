//! A change of one entry of a network ACL, and the entries that are ours.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::{Direction, Entry};

/// One write to a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "change", content = "entry")]
pub enum EntryChange {
    /// Add this entry.
    Create(Entry),
    /// Put one entry in the place of another, which is ours, in one step. Both have the same direction and number.
    Replace {
        /// The entry that goes.
        old: Entry,
        /// The entry that comes.
        new: Entry,
    },
    /// Remove this entry, which is ours.
    Delete(Entry),
}

impl EntryChange {
    /// The entry that is there once it is made.
    pub fn adds(&self) -> Option<&Entry> {
        match self {
            Self::Create(entry) | Self::Replace { new: entry, .. } => Some(entry),
            Self::Delete(_) => None,
        }
    }

    /// The entry that is gone once it is made.
    pub fn removes(&self) -> Option<&Entry> {
        match self {
            Self::Create(_) => None,
            Self::Replace { old: entry, .. } | Self::Delete(entry) => Some(entry),
        }
    }

    /// The direction whose entries it changes.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Create(entry) | Self::Replace { new: entry, .. } | Self::Delete(entry) => entry.direction,
        }
    }

    /// The change that takes this one back.
    pub fn opposite(&self) -> Self {
        match self {
            Self::Create(entry) => Self::Delete(entry.clone()),
            Self::Replace { old, new } => Self::Replace {
                old: new.clone(),
                new: old.clone(),
            },
            Self::Delete(entry) => Self::Create(entry.clone()),
        }
    }

    /// Its name in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Replace { .. } => "replace",
            Self::Delete(_) => "delete",
        }
    }
}

/// One line, as a diff has it: `+ 99 deny 203.0.113.7/32 ingress`.
impl fmt::Display for EntryChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(entry) => write!(formatter, "+ {} deny {}", entry.number, entry.prefix)?,
            Self::Replace { old, new } => write!(formatter, "~ {} deny {} → {}", new.number, old.prefix, new.prefix)?,
            Self::Delete(entry) => write!(formatter, "- {} deny {}", entry.number, entry.prefix)?,
        }
        write!(formatter, " {}", self.direction())
    }
}

/// An entry that the journal says is ours, because we wrote it or began to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEntry {
    /// The entry as it was written.
    pub entry: Entry,
    /// Whether the write is known to have been done. If not, the entry may be there or not.
    pub confirmed: bool,
    /// When the write of it last began.
    pub written: Timestamp,
}

impl OwnEntry {
    /// Whether a live entry is this one: by all that an entry has, never by its number alone.
    pub fn is(&self, live: &Entry) -> bool {
        self.entry == *live
    }

    /// The direction and number. While an entry is being replaced, both it and the one that takes its place have the same.
    pub fn key(&self) -> (Direction, u16) {
        (self.entry.direction, self.entry.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_like_a_diff() {
        let entry = |prefix: &str| Entry::deny(99, Direction::Ingress, prefix.parse().unwrap());
        let replace = EntryChange::Replace {
            old: entry("203.0.113.7/32"),
            new: entry("203.0.113.0/28"),
        };
        insta::assert_snapshot!(EntryChange::Create(entry("203.0.113.7/32")), @"+ 99 deny 203.0.113.7/32 ingress");
        insta::assert_snapshot!(replace, @"~ 99 deny 203.0.113.7/32 → 203.0.113.0/28 ingress");
        insta::assert_snapshot!(replace.opposite(), @"~ 99 deny 203.0.113.0/28 → 203.0.113.7/32 ingress");
        insta::assert_snapshot!(EntryChange::Delete(entry("203.0.113.7/32")), @"- 99 deny 203.0.113.7/32 ingress");
    }
}
