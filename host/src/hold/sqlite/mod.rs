//! The embedded journal: one SQLite file.
//!
//! WAL, so that `quell holds` reads while a daemon writes; `synchronous = FULL`, because a row that is lost with the power would be an
//! AWS write that nobody remembers.

mod archive;
mod changes;
mod claims;
mod deliveries;
mod desk;
mod ends;
mod feedback;
mod history;
mod holds;
mod images;
mod job;
mod journal;
mod leases;
mod ledger;
mod list;
mod notes;
mod own;
mod pardons;
mod pauses;
mod prune;
mod row;
mod schema;
mod targets;
mod thread;
mod together;

use std::{path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use self::{claims::Claims, desk::Desk};
use super::JournalError;

/// How long a statement waits for another process's.
const BUSY: Duration = Duration::from_secs(5);
/// How many prepared statements are kept: all that there are.
const STATEMENTS: usize = 128;
/// How large the write-ahead log stays after a storm made it larger, in bytes.
const LOG_SIZE: i64 = 16 * 1024 * 1024;

/// A journal in one SQLite file.
#[derive(Clone)]
pub struct SqliteJournal {
    desk: Arc<Desk>,
    claims: Arc<Claims>,
}

/// What a journal's file is on.
#[derive(Debug, Clone, Copy)]
enum Storage {
    /// What outlives a power cut, if each commit waits for it.
    Lasting,
    /// What goes with its machine: no commit waits for it.
    Fleeting,
}

impl Storage {
    /// SQLite's `synchronous`.
    fn synchronous(self) -> &'static str {
        match self {
            Self::Lasting => "FULL",
            Self::Fleeting => "OFF",
        }
    }

    /// SQLite's `locking_mode`. Whoever asks for a lock anew with each transaction lets others read meanwhile.
    fn locking_mode(self) -> &'static str {
        match self {
            Self::Lasting => "NORMAL",
            Self::Fleeting => "EXCLUSIVE",
        }
    }

    fn desk(self, connection: Connection) -> Result<Desk, JournalError> {
        match self {
            Self::Lasting => Desk::in_thread(connection),
            Self::Fleeting => Ok(Desk::here(connection)),
        }
    }
}

impl SqliteJournal {
    /// Opens the journal at `path`, and makes it and its folder if they are not there.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Self::open_on(path, Storage::Lasting)
    }

    /// As [`Self::open`], on storage that does not outlive its machine, such as that of a Lambda function: what was written survives the end of the
    /// process and not that of the machine, so nobody waits for the disk. For a process that does one thing after the other and is alone: who asks is held up until it is done, and no other process
    /// can read the file meanwhile.
    pub fn open_fleeting(path: &Path) -> Result<Self, JournalError> {
        Self::open_on(path, Storage::Fleeting)
    }

    fn open_on(path: &Path, storage: Storage) -> Result<Self, JournalError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| JournalError::Folder {
                path: folder.to_owned(),
                source,
            })?;
        }
        let open = |source| JournalError::Open {
            path: path.to_owned(),
            source,
        };
        let connection = Connection::open(path).map_err(open)?;
        // Before the first look at the file, so that the log's index is memory of this process and not a file that is shared.
        connection
            .pragma_update(None, "locking_mode", storage.locking_mode())
            .map_err(open)?;
        connection
            .pragma_update(None, "synchronous", storage.synchronous())
            .map_err(open)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(open)?;
        connection
            .pragma_update(None, "journal_size_limit", LOG_SIZE)
            .map_err(open)?;
        Self::prepare(connection, storage, open)
    }

    /// Opens a journal that is there already, to read it only.
    pub fn open_to_read(path: &Path) -> Result<Self, JournalError> {
        let open = |source| JournalError::Open {
            path: path.to_owned(),
            source,
        };
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(open)?;
        connection.busy_timeout(BUSY).map_err(open)?;
        schema::check_to_read(&connection)?;
        Self::start(connection, Storage::Lasting)
    }

    /// A journal in memory, gone with the value: for tests, and to try things without a trace.
    pub fn in_memory() -> Result<Self, JournalError> {
        let open = |source| JournalError::Open {
            path: ":memory:".into(),
            source,
        };
        Self::prepare(Connection::open_in_memory().map_err(open)?, Storage::Lasting, open)
    }

    fn prepare(
        mut connection: Connection,
        storage: Storage,
        open: impl Fn(rusqlite::Error) -> JournalError,
    ) -> Result<Self, JournalError> {
        connection.busy_timeout(BUSY).map_err(&open)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(&open)?;
        // One plan for each statement, whatever is bound: without, many are prepared again with every value.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(&open)?;
        schema::migrate(&mut connection)?;
        Self::start(connection, storage)
    }

    fn start(connection: Connection, storage: Storage) -> Result<Self, JournalError> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self {
            desk: Arc::new(storage.desk(connection)?),
            claims: Arc::default(),
        })
    }

    /// How many transactions were committed: fewer than calls, when many come at once.
    pub fn transactions(&self) -> u64 {
        self.desk.transactions()
    }
}

/// What can go wrong inside a transaction.
enum Failure {
    Statement(rusqlite::Error),
    Journal(JournalError),
}

impl Failure {
    fn doing(self, doing: &'static str) -> JournalError {
        match self {
            Self::Statement(source) => JournalError::Statement { doing, source },
            Self::Journal(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Statement(error)
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

#[cfg(test)]
mod tests;
