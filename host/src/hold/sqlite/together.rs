//! Jobs in one transaction.
//!
//! A transaction that is safe from a power cut costs a wait for the disk, whatever is in it. So jobs that wait are done in one, each inside a savepoint
//! of its own if there are several, and nobody is answered before all of it is on the disk.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rusqlite::{Connection, ffi};

use super::job::Job;

/// How many transactions were committed.
#[derive(Debug, Default, Clone)]
pub(super) struct Transactions(Arc<AtomicU64>);

impl Transactions {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Does some jobs in one transaction, and answers each.
pub(super) fn do_together(connection: &Connection, mut group: Vec<Box<dyn Job>>, transactions: &Transactions) {
    let done = run_together(connection, &mut group);
    if let Ok(Ended::Committed) = done {
        transactions.0.fetch_add(1, Ordering::Relaxed);
    }
    for job in group {
        job.answer(done.as_ref().err());
    }
}

/// How a transaction ended.
enum Ended {
    Committed,
    RolledBack,
}

fn run_together(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<Ended, rusqlite::Error> {
    let is_readonly = connection.is_readonly("main")?;
    say(connection, if is_readonly { "BEGIN" } else { "BEGIN IMMEDIATE" })?;
    let done = match group {
        [alone] => run_alone(connection, &mut **alone),
        _ => run_each(connection, group),
    };
    if done.is_err() && !connection.is_autocommit() {
        // Should that fail too, whoever begins next is told.
        let _ = say(connection, "ROLLBACK");
    }
    done
}

fn run_alone(connection: &Connection, job: &mut dyn Job) -> Result<Ended, rusqlite::Error> {
    let is_kept = job.run(connection);
    goes_on(connection)?;
    if is_kept {
        say(connection, "COMMIT").map(|()| Ended::Committed)
    } else {
        say(connection, "ROLLBACK").map(|()| Ended::RolledBack)
    }
}

fn run_each(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<Ended, rusqlite::Error> {
    for job in group {
        say(connection, "SAVEPOINT job")?;
        let is_kept = job.run(connection);
        goes_on(connection)?;
        if !is_kept {
            say(connection, "ROLLBACK TO job")?;
        }
        say(connection, "RELEASE job")?;
    }
    say(connection, "COMMIT").map(|()| Ended::Committed)
}

/// Whether the transaction is still there. When the disk is full or fails, SQLite ends all of it by itself, and what the jobs before did is gone too.
fn goes_on(connection: &Connection) -> Result<(), rusqlite::Error> {
    if !connection.is_autocommit() {
        return Ok(());
    }
    let why = "the transaction was rolled back because another part of it failed";
    let error = ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK);
    Err(rusqlite::Error::SqliteFailure(error, Some(why.to_owned())))
}

/// Does a statement that is said again and again, and is read only the first time.
fn say(connection: &Connection, statement: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}
