//! `quell journal`: looks after the journal itself.

mod copy;
mod ledger;
mod verify;

use std::sync::Arc;

use clap::{Args, Subcommand};

use self::{copy::CopyJournal, ledger::PrintLedger, verify::VerifyJournal};
use super::Global;
use crate::{
    config::{self, JournalStore, StoreError},
    exit::{Exit, Failure, OrItsExit},
    hold::Journal,
    setup,
};

/// Look after the journal: prove that nobody changed it, print what happened, move it into another store.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell journal verify\n  quell journal ledger > ledger.ndjson\n  \
    quell journal copy --to table:quell"
)]
pub struct JournalCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    Verify(VerifyJournal),
    Ledger(PrintLedger),
    Copy(CopyJournal),
}

impl JournalCommand {
    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.what {
            What::Verify(verify) => verify.run(global).await,
            What::Ledger(ledger) => ledger.run(global).await,
            What::Copy(copy) => copy.run(global).await,
        }
    }
}

/// A journal as it is named on the command line.
fn store(text: &str) -> Result<JournalStore, StoreError> {
    text.parse()
}

/// This journal, or the one of the configuration, to be read.
async fn to_read(global: &Global, store: Option<JournalStore>) -> Result<(JournalStore, Arc<dyn Journal>), Failure> {
    let configured = global.config()?.journal;
    let config = config::Journal {
        store: store.unwrap_or_else(|| configured.store.clone()),
        keep: configured.keep,
    };
    match setup::journal::to_read(&config).await.or_its_exit()? {
        Some(journal) => Ok((config.store, journal)),
        None => Err(Failure::new(
            Exit::NotFound,
            format!("there is no journal at {}", config.store),
        )),
    }
}
