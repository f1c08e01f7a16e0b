//! The one thread that works on a journal's connection.
//!
//! A transaction that is safe from a power cut costs a wait for the disk, whatever is in it. So jobs that wait are done in one, each inside a savepoint
//! of its own, and nobody is answered before all of it is on the disk.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use rusqlite::{Connection, TransactionBehavior, ffi};
use tokio::sync::{mpsc, oneshot};

use super::{super::JournalError, Failure};

/// How many jobs may wait; who comes then waits until there is a place.
const MOST_WAITING: usize = 1_024;
/// How many jobs one transaction takes at most, so that the first of them is not answered too late.
const MOST_TOGETHER: usize = 128;

/// A thread with a connection. When the value goes, the thread does what was asked of it and ends.
pub(super) struct Thread {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    handle: Option<JoinHandle<()>>,
    transactions: Arc<AtomicU64>,
}

impl Thread {
    /// Starts it.
    pub(super) fn start(connection: Connection) -> Result<Self, JournalError> {
        let (sender, jobs) = mpsc::channel(MOST_WAITING);
        let transactions = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&transactions);
        let handle = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || work(connection, jobs, &count))
            .map_err(JournalError::Thread)?;
        Ok(Self {
            jobs: Some(sender),
            handle: Some(handle),
            transactions,
        })
    }

    /// Does `work` inside a transaction, which others may share. Its error takes back what it did, and nothing else.
    pub(super) async fn ask<T, W>(&self, doing: &'static str, work: W) -> Result<T, JournalError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let question = Question {
            doing,
            work: Some(work),
            found: None,
            answer,
        };
        let jobs = self.jobs.as_ref().ok_or(JournalError::Gone)?;
        jobs.send(Box::new(question)).await.map_err(|_| JournalError::Gone)?;
        answered.await.map_err(|_| JournalError::Gone)?
    }

    /// How many transactions were committed.
    pub(super) fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(handle) = self.handle.take() {
            // A panic of the thread was answered with `Gone` already.
            let _ = handle.join();
        }
    }
}

/// Something to be done on the connection.
trait Job: Send {
    /// Does it. Returns whether what it wrote is to be kept.
    fn run(&mut self, sql: &Connection) -> bool;

    /// Answers, once the transaction is committed or has failed.
    fn answer(self: Box<Self>, failure: Option<&rusqlite::Error>);
}

struct Question<T, W> {
    doing: &'static str,
    work: Option<W>,
    found: Option<Result<T, JournalError>>,
    answer: oneshot::Sender<Result<T, JournalError>>,
}

impl<T, W> Job for Question<T, W>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T, Failure> + Send,
{
    fn run(&mut self, sql: &Connection) -> bool {
        let doing = self.doing;
        self.found = self.work.take().map(|work| {
            // A panic must not take the thread and everybody's journal with it. What it leaves behind is rolled back.
            match catch_unwind(AssertUnwindSafe(|| work(sql))) {
                Ok(found) => found.map_err(|failure| failure.doing(doing)),
                Err(_) => Err(JournalError::BrokeOff { doing }),
            }
        });
        matches!(self.found, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, failure: Option<&rusqlite::Error>) {
        let doing = self.doing;
        let answer = match (self.found, failure) {
            (Some(Err(error)), _) => Err(error),
            (_, Some(failure)) => Err(JournalError::Statement {
                doing,
                source: same(failure),
            }),
            (Some(found), None) => found,
            (None, None) => Err(JournalError::BrokeOff { doing }),
        };
        // Who asked may have gone.
        let _ = self.answer.send(answer);
    }
}

fn work(mut connection: Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>, transactions: &AtomicU64) {
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < MOST_TOGETHER
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        let failure = run_together(&mut connection, &mut group).err();
        if failure.is_none() {
            transactions.fetch_add(1, Ordering::Relaxed);
        }
        for job in group {
            job.answer(failure.as_ref());
        }
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

/// The same error once more: everybody in a transaction gets it.
fn same(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => rusqlite::Error::SqliteFailure(*code, text.clone()),
        other => rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(other.to_string())),
    }
}
