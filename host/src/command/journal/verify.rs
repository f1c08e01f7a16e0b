//! `quell journal verify`: whether the journal is as Quell wrote it.

use clap::Args;

use super::{
    super::{
        Global,
        output::{StoryOutput, answer},
    },
    to_read,
};
use crate::{
    config::{JournalStore, StoreError},
    exit::{Exit, Failure},
    hold::ledger::{Verdict, verify::verify},
    report::summary::count,
};

/// Prove that nobody but Quell changed the journal, or name what is not as it was written
///
/// Each record of the ledger is chained by SHA-256 to the one before it: a changed byte, a removed record and records in another order are found and named. Then holds,
/// changes, deliveries, pardons and the pause are compared with what the ledger says of them.
///
/// Who writes all of the journal anew, hashes and all, or cuts a chain's end off together with its head, leaves a journal that is sound in itself. Only a checkpoint that lies elsewhere shows that:
/// see examples/journal in Quell's source.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell journal verify\n  quell journal verify --journal copy.sqlite --output json")]
pub(super) struct VerifyJournal {
    /// Which journal: a file, or `table:NAME` or `table:NAME@REGION` [default: the journal of the configuration]
    #[arg(long, value_name = "JOURNAL", value_parser = store)]
    journal: Option<JournalStore>,
    /// How to print what was found
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

fn store(text: &str) -> Result<JournalStore, StoreError> {
    text.parse()
}

impl VerifyJournal {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let (store, journal) = to_read(global, self.journal).await?;
        let verdict = verify(&*journal, &[]).await?;
        match self.output {
            StoryOutput::Text => answer(told(&store, &verdict))?,
            StoryOutput::Json => answer(serde_json::to_string_pretty(&verdict)?)?,
        }
        match verdict.findings.len() {
            0 => Ok(()),
            _ => Err(Failure::new(
                Exit::Tampered,
                format!(
                    "{store} is not as Quell wrote it: {}, told above",
                    count(verdict.findings.len(), "finding")
                ),
            )
            .with_remedy("keep the store as it is for who investigates, and change its credentials")),
        }
    }
}

/// For a person: what was found, a line each, and what was looked at.
fn told(store: &JournalStore, verdict: &Verdict) -> String {
    let mut lines: Vec<_> = verdict.findings.iter().map(ToString::to_string).collect();
    let Verdict {
        chains,
        links,
        pruned,
        compared,
        older,
        uncompared,
        ..
    } = verdict;
    let number = |number: &u64| usize::try_from(*number).unwrap_or(usize::MAX);
    let mut looked = format!(
        "{store}: {} in {}, {} of the journal compared",
        count(number(links), "record"),
        count(*chains, "chain"),
        count(number(compared), "row")
    );
    if *pruned > 0 {
        looked += &format!("; {} removed for their age", count(number(pruned), "record"));
    }
    if *older > 0 {
        looked += &format!(
            "; of {} the ledger does not tell, they are older",
            count(number(older), "row")
        );
    }
    if *uncompared > 0 {
        let rows = count(number(uncompared), "row");
        looked += &format!("; {rows} that differ can't be judged, because their chain is not sound");
    }
    lines.push(looked);
    if verdict.findings.is_empty() {
        lines.push("nothing was changed, removed or moved".to_owned());
    }
    lines.join("\n")
}
