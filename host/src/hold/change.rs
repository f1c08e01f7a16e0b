//! A change: one AWS write, with its opposite.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cloud::{Direction, Entry};

/// The number of a change in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub i64);

/// One write to a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change", content = "entry")]
pub enum Change {
    /// Add this entry.
    Create(Entry),
    /// Remove this entry, which is ours.
    Delete(Entry),
}

impl Change {
    /// The entry that it adds or removes.
    pub fn entry(&self) -> &Entry {
        match self {
            Self::Create(entry) | Self::Delete(entry) => entry,
        }
    }

    /// The change that takes this one back.
    pub fn opposite(&self) -> Self {
        match self {
            Self::Create(entry) => Self::Delete(entry.clone()),
            Self::Delete(entry) => Self::Create(entry.clone()),
        }
    }

    /// Its name in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Delete(_) => "delete",
        }
    }
}

/// One line, as a diff has it: `+ 99 deny 203.0.113.7/32 ingress`.
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self {
            Self::Create(_) => '+',
            Self::Delete(_) => '-',
        };
        let Entry {
            number,
            direction,
            prefix,
            ..
        } = self.entry();
        write!(formatter, "{sign} {number} deny {prefix} {direction}")
    }
}

/// An entry that the journal says is ours, because we wrote it or began to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEntry {
    /// The entry as it was written.
    pub entry: Entry,
    /// Whether the write is known to have been done. If not, the entry may be there or not.
    pub confirmed: bool,
}

impl OwnEntry {
    /// Whether a live entry is this one: by all that an entry has, never by its number alone.
    pub fn is(&self, live: &Entry) -> bool {
        self.entry == *live
    }

    /// The direction and number, unique for one ACL.
    pub fn key(&self) -> (Direction, u16) {
        (self.entry.direction, self.entry.number)
    }
}
