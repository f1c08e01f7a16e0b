//! Waiting until nothing is left to do, and what has to be so then.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use jiff::Timestamp;
use quell::hold::Journal;
use quell_tests::stage::{PATIENCE, Stage};

/// Waits until the journal says that nothing is left to do, and the web subnet's ACL denies exactly these prefixes more than in the beginning, each once.
pub(crate) async fn settled(stage: &Stage, prefixes: &[&str]) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = (unfinished(stage).await?, denied(stage)?);
        if found.0.is_none() && found.1 == sorted(prefixes) {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "it does not come to {prefixes:?}: {}, and these entries are there: {:?}",
            found.0.unwrap_or_else(|| "nothing is left to do".to_owned()),
            stage.new_entries()?
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Releases whatever is in force, and waits until the ACL is as it was in the beginning.
pub(crate) async fn all_released(stage: &Stage) -> anyhow::Result<()> {
    for hold in stage.holds().await? {
        stage.release(hold.id).await?;
    }
    settled(stage, &[]).await.context("after the release")
}

/// What the journal says is left to do.
pub(crate) async fn unfinished(stage: &Stage) -> anyhow::Result<Option<String>> {
    let journal = stage.journal()?;
    let (waiting, unfinished) = (journal.waiting(Timestamp::MAX, 10).await?, journal.unfinished().await?);
    let alerts = waiting.iter().map(|delivery| format!("delivery {} waits", delivery.id));
    let targets = unfinished.iter().map(|target| format!("{target} is unfinished"));
    Ok(alerts.chain(targets).reduce(|one, other| format!("{one}, {other}")))
}

/// The prefixes that are denied now and were not in the beginning, one for each entry.
fn denied(stage: &Stage) -> anyhow::Result<Vec<String>> {
    let lines = stage.new_entries()?;
    let mut prefixes = Vec::new();
    for line in lines {
        let words: Vec<_> = line.split(' ').collect();
        ensure!(
            matches!(words.as_slice(), [_, "deny", _, "ingress"]),
            "who made this entry: {line}"
        );
        prefixes.extend(words.get(2).map(|prefix| (*prefix).to_owned()));
    }
    prefixes.sort();
    Ok(prefixes)
}

fn sorted(prefixes: &[&str]) -> Vec<String> {
    let mut prefixes: Vec<_> = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
    prefixes.sort();
    prefixes
}
