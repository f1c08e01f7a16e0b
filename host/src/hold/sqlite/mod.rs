//! The embedded journal: one SQLite file.
//!
//! WAL, so that `quell holds` reads while a daemon writes; `synchronous = FULL`, because a row that is lost with the power would be an
//! AWS write that nobody remembers.

mod changes;
mod deliveries;
mod holds;
mod row;
mod schema;
mod targets;

use std::{
    net::IpAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{
    Admission, Change, ChangeId, Coverage, Delivery, DeliveryId, DeliveryState, EndReason, Hold, HoldFilter, HoldId,
    Intent, Journal, JournalError, Target,
    change::OwnEntry,
    journal::{ChangeEnd, Revision, Situation},
};
use crate::fact::History;

/// How long a statement waits for another process's.
const BUSY: Duration = Duration::from_secs(5);

/// A journal in one SQLite file.
#[derive(Clone)]
pub struct SqliteJournal {
    connection: Arc<Mutex<Connection>>,
}

impl SqliteJournal {
    /// Opens the journal at `path`, and makes it and its folder if they are not there.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
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
        connection.pragma_update(None, "journal_mode", "WAL").map_err(open)?;
        Self::prepare(connection, open)
    }

    /// Opens a journal that is there already, to read it only.
    pub fn open_to_read(path: &Path) -> Result<Self, JournalError> {
        let open = |source| JournalError::Open {
            path: path.to_owned(),
            source,
        };
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(open)?;
        connection.busy_timeout(BUSY).map_err(open)?;
        schema::check(&connection)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// A journal in memory, gone with the value: for tests, and to try things without a trace.
    pub fn in_memory() -> Result<Self, JournalError> {
        let open = |source| JournalError::Open {
            path: ":memory:".into(),
            source,
        };
        Self::prepare(Connection::open_in_memory().map_err(open)?, open)
    }

    fn prepare(
        mut connection: Connection,
        open: impl Fn(rusqlite::Error) -> JournalError,
    ) -> Result<Self, JournalError> {
        connection.busy_timeout(BUSY).map_err(&open)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(&open)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(&open)?;
        schema::migrate(&mut connection)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// Does `work` in one transaction, off the async threads. An error rolls it back.
    async fn transaction<T, W>(&self, doing: &'static str, work: W) -> Result<T, JournalError>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Result<T, Failure> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        let job = move || {
            // A panic inside a transaction rolls it back, so what is behind a poisoned lock is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let statement = |source| JournalError::Statement { doing, source };
            let behavior = if connection.is_readonly("main").map_err(statement)? {
                TransactionBehavior::Deferred
            } else {
                TransactionBehavior::Immediate
            };
            let transaction = connection.transaction_with_behavior(behavior).map_err(statement)?;
            let value = work(&transaction).map_err(|failure| failure.doing(doing))?;
            transaction.commit().map_err(statement)?;
            Ok(value)
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| JournalError::Gone)?
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

#[async_trait]
impl Journal for SqliteJournal {
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError> {
        let delivery = delivery.clone();
        self.transaction("admit a delivery", move |sql| {
            deliveries::admit(sql, &delivery, most_waiting)
        })
        .await
    }

    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError> {
        self.transaction("list what waits", move |sql| deliveries::waiting(sql, now, most))
            .await
    }

    async fn attempt(&self, id: &DeliveryId) -> Result<u32, JournalError> {
        let id = id.clone();
        self.transaction("note an attempt", move |sql| deliveries::attempt(sql, &id))
            .await
    }

    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError> {
        let (id, report) = (id.clone(), report.to_owned());
        self.transaction("settle a delivery", move |sql| {
            deliveries::settle(sql, &id, state, &report)
        })
        .await
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError> {
        let id = id.clone();
        self.transaction("find a delivery", move |sql| deliveries::find(sql, &id))
            .await
    }

    async fn put_in_force(
        &self,
        intents: &[Intent],
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Vec<Hold>, JournalError> {
        let (intents, delivery) = (intents.to_vec(), delivery.clone());
        self.transaction("put holds in force", move |sql| {
            intents
                .iter()
                .map(|intent| holds::put_in_force(sql, intent, &delivery, now))
                .collect()
        })
        .await
    }

    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError> {
        let filter = filter.clone();
        self.transaction("list holds", move |sql| holds::list(sql, &filter))
            .await
    }

    async fn end(&self, id: HoldId, why: EndReason, at: Timestamp) -> Result<Hold, JournalError> {
        self.transaction("end a hold", move |sql| holds::end(sql, id, why, at))
            .await
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError> {
        self.transaction("end the holds whose time is up", move |sql| holds::expire(sql, now))
            .await
    }

    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError> {
        self.transaction("find the next end", holds::next_end).await
    }

    async fn unfinished(&self) -> Result<Vec<Target>, JournalError> {
        self.transaction("list unfinished targets", targets::unfinished).await
    }

    async fn targets(&self) -> Result<Vec<Target>, JournalError> {
        self.transaction("list targets", targets::all).await
    }

    async fn situation(&self, target: &Target, now: Timestamp) -> Result<Situation, JournalError> {
        let target = target.clone();
        self.transaction("read a target's holds", move |sql| {
            Ok(Situation {
                holds: holds::in_force(sql, &target, now)?,
                own: changes::own_entries(sql, &target)?,
                revision: targets::revision(sql, &target)?,
            })
        })
        .await
    }

    async fn converged(
        &self,
        target: &Target,
        revision: Revision,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError> {
        let (target, coverage) = (target.clone(), coverage.to_vec());
        self.transaction("note that a target converged", move |sql| {
            holds::cover(sql, &coverage)?;
            targets::converged(sql, &target, revision)
        })
        .await
    }

    async fn begin(&self, target: &Target, change: &Change, now: Timestamp) -> Result<ChangeId, JournalError> {
        let (target, change) = (target.clone(), change.clone());
        self.transaction("begin a change", move |sql| changes::begin(sql, &target, &change, now))
            .await
    }

    async fn finish(&self, id: ChangeId, end: &ChangeEnd, now: Timestamp) -> Result<(), JournalError> {
        let end = end.clone();
        self.transaction("finish a change", move |sql| changes::finish(sql, id, &end, now))
            .await
    }

    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError> {
        let (target, entry) = (target.clone(), entry.clone());
        self.transaction("forget an entry", move |sql| {
            changes::forget(sql, &target, &entry.entry)
        })
        .await
    }

    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError> {
        self.transaction("look into the history of an address", move |sql| {
            holds::history(sql, address, now)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
