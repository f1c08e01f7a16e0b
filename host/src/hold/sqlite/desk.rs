//! Where the work on a journal's connection is done.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::{
    super::JournalError,
    Failure,
    job::Question,
    thread::Thread,
    together::{Transactions, do_together},
};

/// Does what is asked of a journal's connection, one transaction after the other.
pub(super) struct Desk {
    place: Place,
    transactions: Transactions,
}

enum Place {
    /// In a thread of its own.
    Thread(Thread),
    /// Where it is asked.
    Here(Mutex<Connection>),
}

impl Desk {
    /// A desk in a thread of its own: a transaction waits for the disk, and who asks has other things to do.
    pub(super) fn in_thread(connection: Connection) -> Result<Self, JournalError> {
        let transactions = Transactions::default();
        Ok(Self {
            place: Place::Thread(Thread::start(connection, transactions.clone())?),
            transactions,
        })
    }

    /// A desk where nothing waits for the disk, in a process that does one thing after the other: to hand the work to a thread and wait for it would take as long as the work.
    pub(super) fn here(connection: Connection) -> Self {
        Self {
            place: Place::Here(Mutex::new(connection)),
            transactions: Transactions::default(),
        }
    }

    /// Does `work` inside a transaction, which others may share. Its error takes back what it did, and nothing else.
    pub(super) async fn ask<T, W>(&self, doing: &'static str, work: W) -> Result<T, JournalError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    {
        let (question, answered) = Question::new(doing, work);
        match &self.place {
            Place::Thread(thread) => thread.give(Box::new(question)).await?,
            Place::Here(connection) => {
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                do_together(&connection, vec![Box::new(question)], &self.transactions);
            }
        }
        answered.await.map_err(|_| JournalError::Gone)?
    }

    /// How many transactions were committed.
    pub(super) fn transactions(&self) -> u64 {
        self.transactions.count()
    }
}
