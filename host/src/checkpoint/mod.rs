//! Keeping checkpoints where who can write the journal can't: what makes them, signs them and puts them away.

#[cfg(feature = "aws")]
pub mod bucket;
pub mod file;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use crate::{
    hold::{
        Journal, JournalError,
        ledger::{
            Checkpoint,
            checkpoint::{CheckpointError, SigningKey},
        },
    },
    secret::{LiveSecret, SecretError},
};

/// Where checkpoints are put. What was put there stays.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// When the newest was made, as far as that can be told without reading all of them. None: it is not known, or there is none.
    async fn newest(&self) -> Option<Timestamp>;

    /// Puts another there. `slot` is the beginning of the time for which one is enough: if another process was quicker for the same, nothing is done.
    async fn put(&self, slot: Timestamp, line: &str) -> Result<(), ShelfError>;
}

/// Why a checkpoint was not put there.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// The file can't be written.
    #[error("can't write the checkpoints {place}")]
    File {
        /// Its path.
        place: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The bucket did not take it.
    #[error("can't put the checkpoint {place}")]
    Bucket {
        /// The object.
        place: String,
        /// What S3 says.
        #[source]
        source: crate::cloud::Fault,
    },
}

/// Why no checkpoint was made.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The journal can't be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key can't be had.
    #[error("the key that signs checkpoints can't be had")]
    Secret(#[from] SecretError),
    /// The key is none.
    #[error("the key that signs checkpoints (checkpoints.key-…) can't be used")]
    Key(#[from] CheckpointError),
    /// It could not be put away.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

/// Makes checkpoints.
pub struct Checkpoints {
    shelf: Box<dyn Shelf>,
    every: SignedDuration,
    key: LiveSecret,
    /// The slot for which this process has put one there.
    last: Mutex<Option<Timestamp>>,
}

impl Checkpoints {
    /// Made so often, signed by this key, put there.
    pub fn new(shelf: Box<dyn Shelf>, every: SignedDuration, key: LiveSecret) -> Self {
        Self {
            shelf,
            every,
            key,
            last: Mutex::default(),
        }
    }

    /// Makes one, if its time has come. Returns whether one was made.
    ///
    /// # Errors
    /// See [`KeepError`]. Then it is due the next time again.
    pub async fn keep(&self, journal: &dyn Journal, now: Timestamp) -> Result<bool, KeepError> {
        let slot = slot(now, self.every);
        let mut last = self.last.lock().await;
        if last.is_none() {
            *last = self.shelf.newest().await;
        }
        if last.is_some_and(|last| last >= slot) {
            return Ok(false);
        }
        let pem = self.key.value().await?;
        let key = SigningKey::read(pem.expose_secret())?;
        let checkpoint = Checkpoint::of(journal, now).await?;
        self.shelf.put(slot, &checkpoint.signed(&key)).await?;
        *last = Some(slot);
        Ok(true)
    }
}

/// The beginning of the time that a moment is in, if all time since 1970 is cut into pieces of this length.
fn slot(now: Timestamp, every: SignedDuration) -> Timestamp {
    let every = every.as_secs().max(1);
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(every)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_processes_have_the_same_slots() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let hour = SignedDuration::from_hours(1);
        assert_eq!(slot(at("2026-11-28T20:59:59.9Z"), hour), at("2026-11-28T20:00:00Z"));
        assert_eq!(slot(at("2026-11-28T20:00:00Z"), hour), at("2026-11-28T20:00:00Z"));
    }
}
