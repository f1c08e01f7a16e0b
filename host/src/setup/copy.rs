//! Copying a journal into another store: from a file into a table, and back.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

use super::{
    SetupError,
    journal::{Writer, to_read, to_write},
};
use crate::{
    clock::{Clock, SystemClock},
    config::{self, JournalStore},
    exit::{Classified, Exit},
    hold::{
        Journal, JournalError, Owner, Target,
        archive::{self, Counted, Inventory},
    },
};

/// Why a journal was not copied, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Both are the same.
    #[error("{0} can't be copied onto itself")]
    Same(JournalStore),
    /// There is nothing to copy.
    #[error("there is no journal at {}", .0.display())]
    NoJournal(PathBuf),
    /// One of the two can't be opened.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// One of the two failed. What was copied stays.
    #[error("the copy broke off; `--continue` goes on with it")]
    BrokeOff(#[source] JournalError),
    /// One of the two can't be read.
    #[error(transparent)]
    Unread(JournalError),
    /// Somebody writes.
    #[error(
        "a Quell works on {store}: {owner} has the lease on {target} until {until:.0}; stop whatever writes there, and try again then"
    )]
    Leased {
        /// Where.
        store: JournalStore,
        /// Who.
        owner: Owner,
        /// On what.
        target: Target,
        /// Until when, unless it is renewed.
        until: Timestamp,
    },
    /// There is something already.
    #[error(
        "{to} is not empty, it keeps {records} records: copy to another one, or give `--continue` if a copy from {from} broke off"
    )]
    NotEmpty {
        /// From where.
        from: JournalStore,
        /// To where.
        to: JournalStore,
        /// How many there are.
        records: usize,
    },
    /// There is something that did not come from where it is copied from.
    #[error(
        "{to} keeps {records} records that {from} does not: it is another journal, or went on by itself; copy to an empty one"
    )]
    Foreign {
        /// From where.
        from: JournalStore,
        /// To where.
        to: JournalStore,
        /// How many there are.
        records: usize,
    },
    /// Somebody wrote meanwhile.
    #[error(
        "{missing} records of {from} are not in {to} as they are there now: somebody wrote meanwhile; stop whatever does, and go on with `--continue`"
    )]
    Incomplete {
        /// From where.
        from: JournalStore,
        /// To where.
        to: JournalStore,
        /// How many.
        missing: usize,
    },
}

impl Classified for CopyError {
    fn exit(&self) -> Exit {
        match self {
            Self::Same(_) | Self::NotEmpty { .. } | Self::Foreign { .. } => Exit::Usage,
            Self::NoJournal(_) => Exit::NotFound,
            Self::Setup(error) => error.exit(),
            Self::BrokeOff(_) | Self::Unread(_) | Self::Leased { .. } | Self::Incomplete { .. } => Exit::Failed,
        }
    }
}

/// A journal to copy, and where to.
#[derive(Debug, Clone)]
pub struct Copying {
    /// From where.
    pub from: config::Journal,
    /// To where. What is over is kept as long there as this says.
    pub to: config::Journal,
    /// Whether a copy that broke off is gone on with.
    pub goes_on: bool,
}

/// Copies all of a journal into another, and compares them in the end. Nobody may write either meanwhile: of a file this has the writer's lock, and for a table it
/// looks for leases. `progress` is told how many records were copied so far.
///
/// # Errors
/// See [`CopyError`]. Whatever the error, nothing of the journal that is copied is changed.
pub async fn copy(copying: &Copying, progress: impl FnMut(Counted)) -> Result<Counted, CopyError> {
    let (from, to) = (&copying.from, &copying.to);
    if from.store == to.store {
        return Err(CopyError::Same(from.store.clone()));
    }
    let (source, _of_source) = source(from).await?;
    let (target, _of_target) = to_write(to).await?;
    for (journal, store) in [(&source, &from.store), (&target, &to.store)] {
        nobody_works(&**journal, store).await?;
    }
    let present = Inventory::of(&*target).await.map_err(CopyError::Unread)?;
    let all = Inventory::of(&*source).await.map_err(CopyError::Unread)?;
    let ends = |records| (from.store.clone(), to.store.clone(), records);
    match (present.counted.all(), present.unknown_to(&all)) {
        (0, _) => {}
        (records, _) if !copying.goes_on => {
            let (from, to, records) = ends(records);
            return Err(CopyError::NotEmpty { from, to, records });
        }
        (_, 0) => {}
        (_, records) => {
            let (from, to, records) = ends(records);
            return Err(CopyError::Foreign { from, to, records });
        }
    }
    archive::copy(&*source, &*target, progress)
        .await
        .map_err(CopyError::BrokeOff)?;
    let now = Inventory::of(&*source).await.map_err(CopyError::BrokeOff)?;
    let copied = Inventory::of(&*target).await.map_err(CopyError::BrokeOff)?;
    match now.missing_in(&copied).max(copied.missing_in(&now)) {
        0 => Ok(copied.counted),
        missing => {
            let (from, to, missing) = ends(missing);
            Err(CopyError::Incomplete { from, to, missing })
        }
    }
}

/// The journal that is copied, and what keeps others from writing it.
async fn source(from: &config::Journal) -> Result<(Arc<dyn Journal>, Option<Writer>), CopyError> {
    let JournalStore::File(path) = &from.store else {
        let journal = to_read(from).await?;
        return match journal {
            Some(journal) => Ok((journal, None)),
            None => Err(CopyError::NoJournal(PathBuf::new())),
        };
    };
    if !path.exists() {
        return Err(CopyError::NoJournal(path.clone()));
    }
    let (journal, writer) = to_write(from).await?;
    Ok((journal, Some(writer)))
}

async fn nobody_works(journal: &dyn Journal, store: &JournalStore) -> Result<(), CopyError> {
    let leases = journal.leases(SystemClock.now()).await.map_err(CopyError::Unread)?;
    match leases.into_iter().next() {
        None => Ok(()),
        Some(lease) => Err(CopyError::Leased {
            store: store.clone(),
            owner: lease.owner,
            target: lease.target,
            until: lease.until,
        }),
    }
}
