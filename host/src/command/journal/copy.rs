//! `quell journal copy`: moves a journal into another store.

use std::time::{Duration, Instant};

use clap::Args;

use super::{
    super::{Global, output::answer},
    store,
};
use crate::{
    config::{self, JournalStore},
    exit::{Failure, OrItsExit},
    hold::archive::Counted,
    report::summary::count,
    setup::copy::{Copying, copy},
};

/// How often it is told how far a copy is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Copy all that a journal keeps into another store, from a file into a DynamoDB table or back
///
/// Stop every Quell that works on either of the two first: a file is locked, and of a table the leases are looked at. In the end both are read once more and compared. The
/// journal that is copied stays as it is. Then name the new one in [journal] of the configuration.
///
/// A store that is not empty is refused. With --continue a copy that broke off is gone on with; what is there and in the other journal, too, is written anew.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell journal copy --to table:quell\n  \
    quell journal copy --from table:quell@eu-west-1 --to journal.sqlite")]
pub(super) struct CopyJournal {
    /// What to copy: a file, or `table:NAME` or `table:NAME@REGION` [default: the journal of the configuration]
    #[arg(long, value_name = "JOURNAL", value_parser = store)]
    from: Option<JournalStore>,
    /// Where to: a file, or `table:NAME` or `table:NAME@REGION`
    #[arg(long, value_name = "JOURNAL", value_parser = store)]
    to: JournalStore,
    /// Go on with a copy that broke off
    #[arg(long = "continue")]
    goes_on: bool,
}

impl CopyJournal {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let configured = global.config()?.journal;
        let of = |store| config::Journal {
            store,
            keep: configured.keep,
        };
        let copying = Copying {
            from: of(self.from.unwrap_or_else(|| configured.store.clone())),
            to: of(self.to),
            goes_on: self.goes_on,
        };
        let mut told = Instant::now();
        let progress = |copied: Counted| {
            if told.elapsed() >= TOLD_EVERY {
                told = Instant::now();
                anstream::eprintln!("{} copied", count(copied.all(), "record"));
            }
        };
        let copied = copy(&copying, progress).await.or_its_exit()?;
        let Counted {
            deliveries,
            holds,
            changes,
            others,
            ledger,
        } = copied;
        answer(format!(
            "{} is a copy of {}: {}, {}, {}, {} of targets and orders, {} of the ledger",
            copying.to.store,
            copying.from.store,
            count(deliveries, "delivery"),
            count(holds, "hold"),
            count(changes, "change"),
            count(others, "record"),
            count(ledger, "record"),
        ))
    }
}
