//! The journal that the configuration names.

use std::{path::Path, sync::Arc};

#[cfg(feature = "aws")]
use jiff::SignedDuration;
use tokio::task::{JoinHandle, spawn_blocking};

use super::{SetupError, WriterLock};
#[cfg(feature = "aws")]
use crate::{cloud::aws::environment, doctor, hold::DynamoJournal, permission};
use crate::{
    config::{self, JournalStore},
    doctor::Finding,
    hold::{Journal, JournalError, SqliteJournal},
};

/// Whether the writer of a journal is the only one.
#[derive(Debug)]
pub enum Writer {
    /// It is, for as long as it has the lock.
    Only(WriterLock),
    /// Others write as well; leases keep them out of one another's way.
    OneOfMany,
}

/// Opens the journal to write it. If only one may write, nobody else does: whoever had a lease does not live any more.
///
/// # Errors
/// [`SetupError::Locked`] if only one may write, and another does.
pub async fn to_write(config: &config::Journal) -> Result<(Arc<dyn Journal>, Writer), SetupError> {
    open(config, SqliteJournal::open).await
}

/// As [`to_write`], in a Lambda function, whose `/tmp` goes with its machine. A file is being opened from this call on, whether or not what it returns is awaited yet.
///
/// # Errors
/// As those of [`to_write`].
pub fn of_function(
    config: &config::Journal,
) -> impl Future<Output = Result<(Arc<dyn Journal>, Writer), SetupError>> + use<> {
    open(config, |path| match path.starts_with("/tmp") {
        true => SqliteJournal::open_fleeting(path),
        false => SqliteJournal::open(path),
    })
}

fn open(
    config: &config::Journal,
    of_file: fn(&Path) -> Result<SqliteJournal, JournalError>,
) -> impl Future<Output = Result<(Arc<dyn Journal>, Writer), SetupError>> + use<> {
    let opening = match &config.store {
        JournalStore::File(path) => {
            let path = path.clone();
            // It waits for the disk, and a new file's tables have to be made.
            Opening::File(spawn_blocking(move || {
                let lock = WriterLock::take(&path)?;
                Ok((of_file(&path)?, lock))
            }))
        }
        JournalStore::Table { name, region } => Opening::Table(name.clone(), region.clone(), config.clone()),
    };
    async move {
        match opening {
            Opening::File(opened) => {
                let (journal, lock) = opened.await.map_err(|_| JournalError::Gone)??;
                journal.break_leases().await?;
                Ok((Arc::new(journal) as Arc<dyn Journal>, Writer::Only(lock)))
            }
            Opening::Table(name, region, config) => {
                let journal = table(&name, region.as_deref(), &config, Access::Write).await?;
                Ok((journal, Writer::OneOfMany))
            }
        }
    }
}

/// A journal that is being opened.
enum Opening {
    File(JoinHandle<Result<(SqliteJournal, WriterLock), SetupError>>),
    Table(String, Option<String>, config::Journal),
}

/// Opens the journal to read it. None if there is none yet: then nothing is in force.
pub async fn to_read(config: &config::Journal) -> Result<Option<Arc<dyn Journal>>, SetupError> {
    match &config.store {
        JournalStore::File(path) if !path.exists() => Ok(None),
        JournalStore::File(path) => Ok(Some(Arc::new(SqliteJournal::open_to_read(path)?))),
        JournalStore::Table { name, region } => table(name, region.as_deref(), config, Access::Read).await.map(Some),
    }
}

/// An empty journal, gone with the value.
pub fn nothing() -> Result<Arc<dyn Journal>, SetupError> {
    Ok(Arc::new(SqliteJournal::in_memory()?))
}

/// What a table is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// What is found of the journal's table. None if it is in no table, or can't be examined by this build.
#[cfg(feature = "aws")]
pub(super) async fn examine(config: &config::Journal) -> Option<Vec<Finding>> {
    let table = permission::Table::of(&config.store)?;
    let state = dynamo(&table.name, table.region.as_deref(), config)
        .await
        .examine()
        .await;
    Some(doctor::table::check(&table, &state))
}

/// What is found of the journal's table. None if it is in no table, or can't be examined by this build.
#[cfg(not(feature = "aws"))]
pub(super) async fn examine(_: &config::Journal) -> Option<Vec<Finding>> {
    None
}

#[cfg(feature = "aws")]
async fn dynamo(name: &str, region: Option<&str>, config: &config::Journal) -> DynamoJournal {
    let keep = SignedDuration::try_from(config.keep.0).unwrap_or(SignedDuration::MAX);
    DynamoJournal::new(&environment().await, region, name, keep)
}

#[cfg(feature = "aws")]
async fn table(
    name: &str,
    region: Option<&str>,
    config: &config::Journal,
    access: Access,
) -> Result<Arc<dyn Journal>, SetupError> {
    let journal = dynamo(name, region, config).await;
    Ok(match access {
        Access::Write => Arc::new(journal),
        Access::Read => Arc::new(journal.read_only()),
    })
}

#[cfg(not(feature = "aws"))]
async fn table(_: &str, _: Option<&str>, _: &config::Journal, _: Access) -> Result<Arc<dyn Journal>, SetupError> {
    Err(SetupError::WithoutAws)
}
