//! What somebody wants done on a journal's connection, and the answer to it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, ffi};
use tokio::sync::oneshot;

use super::{super::JournalError, Failure};

/// Something to be done on the connection.
pub(super) trait Job: Send {
    /// Does it. Returns whether what it wrote is to be kept.
    fn run(&mut self, sql: &Connection) -> bool;

    /// Answers, once the transaction is committed or has failed.
    fn answer(self: Box<Self>, failure: Option<&rusqlite::Error>);
}

/// Work, and who waits for what it finds.
pub(super) struct Question<T, W> {
    doing: &'static str,
    work: Option<W>,
    found: Option<Result<T, JournalError>>,
    answer: oneshot::Sender<Result<T, JournalError>>,
}

impl<T, W> Question<T, W> {
    /// Work that is still to be done, and where its answer comes.
    pub(super) fn new(doing: &'static str, work: W) -> (Self, oneshot::Receiver<Result<T, JournalError>>) {
        let (answer, answered) = oneshot::channel();
        let question = Self {
            doing,
            work: Some(work),
            found: None,
            answer,
        };
        (question, answered)
    }
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

/// The same error once more: everybody in a transaction gets it.
fn same(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(code, text) => rusqlite::Error::SqliteFailure(*code, text.clone()),
        other => rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(other.to_string())),
    }
}
