//! A reception: what became of an alert at a door.

/// What became of an alert at a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// The journal took it.
    Admitted,
    /// The journal had it already.
    SeenBefore,
    /// It can't be read. The journal has it as failed.
    Unreadable,
    /// It is longer than the journal can keep.
    TooLong,
    /// Too many waited already.
    QueueFull,
    /// The journal failed.
    JournalFailed,
}

impl Reception {
    /// All there are.
    pub(super) const ALL: [Self; 6] = [
        Self::Admitted,
        Self::SeenBefore,
        Self::Unreadable,
        Self::TooLong,
        Self::QueueFull,
        Self::JournalFailed,
    ];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::SeenBefore => "seen-before",
            Self::Unreadable => "unreadable",
            Self::TooLong => "too-long",
            Self::QueueFull => "queue-full",
            Self::JournalFailed => "journal-failed",
        }
    }
}
