//! Notes: what the host remembers beside holds and deliveries, one thing by one name.
//!
//! A note is read, changed by a pure function and written on the condition that nobody wrote it since. So many processes may count in one, and nothing is counted twice or lost.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Which alerts named an address; its name is the address. There may be very many, so they are not listed.
    Sighting,
    /// What was spent of a budget; its name is that of the budget and of whom it is for.
    Budget,
    /// Holds that wait for people; its name is what people type.
    Approval,
}

impl NoteKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Sighting, Self::Budget, Self::Approval];

    /// Its name in a journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sighting => "sighting",
            Self::Budget => "budget",
            Self::Approval => "approval",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One thing that the host remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// Its name, which no other of its kind has.
    pub name: String,
    /// How often it was written; 0 if it never was.
    pub version: u64,
    /// What it says, as JSON.
    pub text: String,
    /// When what it says is over. It is kept for as long as the journal keeps what is over, and removed then.
    pub over: Timestamp,
}

impl Note {
    /// A note that was never written.
    pub fn new(kind: NoteKind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            version: 0,
            text: String::new(),
            over: Timestamp::MIN,
        }
    }

    /// The same with another text, to be written in its place.
    #[must_use]
    pub fn saying(&self, text: String, over: Timestamp) -> Self {
        Self {
            text,
            over,
            ..self.clone()
        }
    }

    /// As it is once it is written.
    #[must_use]
    pub fn written(&self) -> Self {
        Self {
            version: self.version.saturating_add(1),
            ..self.clone()
        }
    }
}
