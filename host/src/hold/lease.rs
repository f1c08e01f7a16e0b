//! A lease: who may write to a target, and until when.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Target;

/// One process that writes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Owner(String);

impl Owner {
    /// An owner of this name, which no other process alive may have.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The owner that this process is: its number, when it began, because numbers come again, and a random word, because other machines have the same numbers.
    pub fn this_process(began: Timestamp) -> Self {
        let mut bytes = [0; 4];
        // Without a random word the nanosecond has to tell them apart.
        let word = match getrandom::fill(&mut bytes) {
            Ok(()) => format!(" {:08x}", u32::from_be_bytes(bytes)),
            Err(_) => String::new(),
        };
        Self(format!("process {} of {began}{word}", std::process::id()))
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The right to write to one target. Whoever has it is the only one, until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// To which.
    pub target: Target,
    /// Who has it.
    pub owner: Owner,
    /// When it ends, unless it is renewed before.
    pub until: Timestamp,
}

/// What came of asking for a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leasing {
    /// The one who asked has it.
    Ours(Lease),
    /// Another has it.
    Theirs {
        /// Who.
        owner: Owner,
        /// When it ends, unless it is renewed before.
        until: Timestamp,
    },
}
