//! Jobs in one transaction.
//!
//! A transaction that is safe from a power cut costs a wait for the disk, whatever is in it. So jobs that wait are done in one, each inside a savepoint
//! of its own, and nobody is answered before all of it is on the disk.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rusqlite::{Connection, TransactionBehavior, ffi};

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
pub(super) fn do_together(connection: &mut Connection, mut group: Vec<Box<dyn Job>>, transactions: &Transactions) {
    let failure = run_together(connection, &mut group).err();
    if failure.is_none() {
        transactions.0.fetch_add(1, Ordering::Relaxed);
    }
    for job in group {
        job.answer(failure.as_ref());
    }
}

fn run_together(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> Result<(), rusqlite::Error> {
    let behavior = if connection.is_readonly("main")? {
        TransactionBehavior::Deferred
    } else {
        TransactionBehavior::Immediate
    };
    let mut transaction = connection.transaction_with_behavior(behavior)?;
    for job in group {
        let savepoint = transaction.savepoint()?;
        if job.run(&savepoint) {
            savepoint.commit()?;
        } else {
            // Dropped, a savepoint is rolled back.
            drop(savepoint);
        }
        // When the disk is full or fails, SQLite ends the whole transaction by itself, and what the jobs before did is gone too.
        if transaction.is_autocommit() {
            let why = "the transaction was rolled back because another part of it failed";
            let error = ffi::Error::new(ffi::SQLITE_ABORT_ROLLBACK);
            return Err(rusqlite::Error::SqliteFailure(error, Some(why.to_owned())));
        }
    }
    transaction.commit()
}
