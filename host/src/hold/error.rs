//! What can go wrong with the journal.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{HoldId, Target};
use crate::cloud::Fault;

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
    /// The journal was written by an older Quell and is opened to be read only.
    #[error(
        "the journal has format {found}, this Quell reads {known}: start `quell serve` once, which brings it up to date"
    )]
    Outdated {
        /// The format of the file.
        found: i64,
        /// The format that this version reads.
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
    /// The table is not there.
    #[error(
        "the journal's table {table} is not there: create it in the region where Quell looks for it (journal.region), or check its name (journal.table)"
    )]
    NoTable {
        /// Its name.
        table: String,
    },
    /// A call to the table failed, after its retries.
    #[error("the journal's table {table} failed to {doing}")]
    Table {
        /// Its name.
        table: String,
        /// What was being done.
        doing: &'static str,
        /// What DynamoDB says.
        #[source]
        source: Fault,
    },
    /// Others wrote the same again and again.
    #[error("the journal could not {doing}: others wrote there at the same time, again and again; try again")]
    Contended {
        /// What was being done.
        doing: &'static str,
    },
    /// A text is too long to be kept.
    #[error("the {what} is too long for the journal: {bytes} bytes packed, of which {most} fit")]
    TooLong {
        /// Which.
        what: String,
        /// How long it is, packed.
        bytes: usize,
        /// How long it may be.
        most: usize,
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
    /// A hold can be extended only to a later end.
    #[error("hold {id} lasts {} already; give a later end, or end it with `quell release {id}`", end_in_words(*until))]
    NotLater {
        /// The hold.
        id: HoldId,
        /// When it ends; None if it lasts until released.
        until: Option<Timestamp>,
    },
    /// The lease on a target ended or was taken over, so nothing may be written to it.
    #[error(
        "the lease on {target} is lost: it ended, or another process took it over; nothing was written, take it anew"
    )]
    LeaseLost {
        /// Which.
        target: Target,
    },
    /// Work on the journal broke off. Nothing of it was written.
    #[error("the journal broke off while it tried to {doing}: that is a fault of Quell, please report it with the log")]
    BrokeOff {
        /// What was being done.
        doing: &'static str,
    },
    /// The thread that works on the journal can't be started.
    #[error("can't start the journal's thread; check how many threads this process may have")]
    Thread(#[source] std::io::Error),
    /// The thread that works on the journal is gone.
    #[error("the journal's thread has ended; restart Quell")]
    Gone,
}

fn end_in_words(until: Option<Timestamp>) -> String {
    until.map_or_else(|| "until released".to_owned(), |until| format!("until {until:.0}"))
}
