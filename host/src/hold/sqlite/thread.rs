//! A thread that works on a journal's connection.

use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{
    super::JournalError,
    job::Job,
    together::{Transactions, do_together},
};

/// How many jobs may wait; who comes then waits until there is a place.
const MOST_WAITING: usize = 1_024;
/// How many jobs one transaction takes at most, so that the first of them is not answered too late.
const MOST_TOGETHER: usize = 128;

/// A thread with a connection. When the value goes, the thread does what was asked of it and ends.
pub(super) struct Thread {
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    /// Starts it.
    pub(super) fn start(connection: Connection, transactions: Transactions) -> Result<Self, JournalError> {
        let (sender, jobs) = mpsc::channel(MOST_WAITING);
        let handle = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || work(connection, jobs, &transactions))
            .map_err(JournalError::Thread)?;
        Ok(Self {
            jobs: Some(sender),
            handle: Some(handle),
        })
    }

    /// Gives it a job, as soon as there is a place.
    pub(super) async fn give(&self, job: Box<dyn Job>) -> Result<(), JournalError> {
        let jobs = self.jobs.as_ref().ok_or(JournalError::Gone)?;
        jobs.send(job).await.map_err(|_| JournalError::Gone)
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

fn work(connection: Connection, mut jobs: mpsc::Receiver<Box<dyn Job>>, transactions: &Transactions) {
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < MOST_TOGETHER
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        do_together(&connection, group, transactions);
    }
}
