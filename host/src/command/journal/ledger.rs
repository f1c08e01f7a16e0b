//! `quell journal ledger`: what happened, for whoever keeps it elsewhere.

use clap::Args;

use super::{
    super::{Global, output::answer},
    store, to_read,
};
use crate::{config::JournalStore, exit::Failure};

/// How many links are read at a time.
const PAGE: u32 = 1_000;

/// Print what happened, one JSON object a line, for a SIEM or an archive
///
/// A line is a record of the ledger as it was hashed, chain by chain: its chain and number, when, what event, and all about it. With --hashes each line has its hash in front, so that
/// the chains can be checked without Quell: examples/journal/verify.py does it.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell journal ledger > ledger.ndjson\n  quell journal ledger --hashes | python3 verify.py"
)]
pub(super) struct PrintLedger {
    /// Which journal: a file, or `table:NAME` or `table:NAME@REGION` [default: the journal of the configuration]
    #[arg(long, value_name = "JOURNAL", value_parser = store)]
    journal: Option<JournalStore>,
    /// Print the hash of each record in front of it
    #[arg(long)]
    hashes: bool,
}

impl PrintLedger {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let (_, journal) = to_read(global, self.journal).await?;
        for state in journal.chains().await? {
            let mut after = state.anchor.number;
            loop {
                let links = journal.links(&state.chain, after, PAGE).await?;
                let Some(last) = links.last() else { break };
                after = last.number;
                let lines: Vec<_> = links
                    .iter()
                    .map(|link| match self.hashes {
                        true => format!("{} {}", link.hash, link.text),
                        false => link.text.clone(),
                    })
                    .collect();
                answer(lines.join("\n"))?;
            }
        }
        Ok(())
    }
}
