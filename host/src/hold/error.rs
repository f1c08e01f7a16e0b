//! What can go wrong with the journal.

use std::path::PathBuf;

use super::HoldId;

/// The journal can't be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file or its folder can't be opened.
    #[error("can't open the journal {}; check that its folder exists, can be written, and lies on a local disk", path.display())]
    Open {
        /// The journal's path.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// The folder can't be made.
    #[error("can't make the journal's folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The journal was written by a newer Quell.
    #[error("the journal has format {found}, this Quell knows {known}: run the Quell that wrote it, or a newer one")]
    Format {
        /// The format of the file.
        found: i64,
        /// The newest format that this version knows.
        known: i64,
    },
    /// A statement failed.
    #[error("the journal failed to {doing}")]
    Statement {
        /// What was being done.
        doing: &'static str,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// A row does not hold what it should.
    #[error("the journal has an unreadable {what}: {text}")]
    Unreadable {
        /// What should be there.
        what: &'static str,
        /// What is there.
        text: String,
    },
    /// There is no such hold in force.
    #[error("there is no hold {0} in force; `quell holds` lists those that are")]
    NoSuchHold(HoldId),
    /// The thread that works on the journal is gone.
    #[error("the journal's thread has ended; restart Quell")]
    Gone,
}
