//! Verifying a journal by its ledger.

pub mod finding;
pub mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use self::finding::{Finding, Flaw};
use self::walk::Walk;
use super::{
    super::{Journal, JournalError, archive::Record},
    Chain, ChainState, Checkpoint,
    standing::Standing,
};

/// How many links are read at a time.
const PAGE: u32 = 1_000;
/// How often all is read anew because somebody wrote meanwhile.
const ROUNDS: usize = 5;

/// What came of verifying a journal.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// How many chains there are.
    pub chains: usize,
    /// How many links were checked.
    pub links: u64,
    /// How many links were removed because they were old.
    pub pruned: u64,
    /// How many rows of the journal were compared with what the ledger says of them.
    pub compared: u64,
    /// How many rows are older than the ledger, or more than its first records had room for, so that it does not name them.
    pub older: u64,
    /// How many rows could not be compared, because their chain is not sound or was written again and again meanwhile.
    pub uncompared: u64,
    /// How many checkpoints were compared.
    pub checkpoints: usize,
    /// What is not as it was written.
    pub findings: Vec<Finding>,
}

/// Walks every chain, and compares the journal's rows with what the ledger says of them. Somebody may write meanwhile: then a row is only blamed if nothing was told to its chain while it was
/// looked at, or if it differs in the same way the next time. What is told between the look at a chain and that at a row differs otherwise by then.
///
/// # Errors
/// If the journal can't be read.
pub async fn verify(journal: &dyn Journal, checkpoints: &[Checkpoint]) -> Result<Verdict, JournalError> {
    let (mut rounds, mut blamed, mut doubtful) = (0, Vec::new(), Vec::new());
    loop {
        rounds += 1;
        let before = journal.chains().await?;
        let Round {
            mut verdict,
            behind,
            of_rows,
        } = round(journal, &before, checkpoints).await?;
        let now = journal.chains().await?;
        let is_quiet = |chain: &Chain| {
            let state = |states: &[ChainState]| states.iter().find(|state| state.chain == *chain).cloned();
            state(&before) == state(&now)
        };
        let is_sure = |found: &Finding| is_quiet(&found.chain) || doubtful.contains(found);
        let (sure, unsure): (Vec<_>, Vec<_>) = of_rows.into_iter().partition(is_sure);
        blamed.extend(sure);
        doubtful = unsure;
        for (chain, last) in behind {
            // Links behind the head were written meanwhile, or the head is not what it was.
            let says = now
                .iter()
                .find(|state| state.chain == chain)
                .map_or(0, |state| state.head.number);
            if says < last {
                verdict
                    .findings
                    .push(Finding::new(&chain, None, Flaw::Head { says, last }));
            }
        }
        let is_said = verdict.findings.is_empty() && doubtful.is_empty();
        if is_said || rounds == ROUNDS || now == before {
            verdict.uncompared += count(doubtful.len());
            for found in blamed {
                if !verdict.findings.contains(&found) {
                    verdict.findings.push(found);
                }
            }
            return Ok(verdict);
        }
    }
}

/// What was found by going through all once.
struct Round {
    verdict: Verdict,
    /// Of chains that go further than their heads said: the last link.
    behind: Vec<(Chain, u64)>,
    /// The rows that differ from what their chains say.
    of_rows: Vec<Finding>,
}

async fn round(
    journal: &dyn Journal,
    chains: &[ChainState],
    checkpoints: &[Checkpoint],
) -> Result<Round, JournalError> {
    let mut behind = Vec::new();
    let mut verdict = Verdict {
        chains: chains.len(),
        checkpoints: checkpoints.len(),
        ..Verdict::default()
    };
    let (mut standing, mut broken) = (Standing::default(), BTreeSet::new());
    let mut noted: BTreeMap<&Chain, Vec<_>> = BTreeMap::new();
    for checkpoint in checkpoints {
        for (chain, head) in &checkpoint.heads {
            noted.entry(chain).or_default().push((*head, checkpoint.at));
        }
    }
    for state in chains {
        verdict.pruned += state.anchor.number;
        let mut walk = Walk::new(state, noted.remove(&state.chain).unwrap_or_default());
        let mut after = 0;
        loop {
            let links = journal.links(&state.chain, after, PAGE).await?;
            let Some(last) = links.last() else { break };
            after = last.number;
            for link in links.iter().filter(|link| link.number <= state.head.number) {
                verdict.links += 1;
                if walk.step(link) {
                    standing.hear(link);
                }
            }
        }
        if after > state.head.number {
            behind.push((state.chain.clone(), after));
        }
        let found = walk.end();
        if !found.is_empty() {
            broken.insert(&state.chain);
        }
        verdict.findings.extend(found);
    }
    for (chain, heads) in noted {
        for (head, at) in heads {
            verdict
                .findings
                .push(Finding::new(chain, Some(head.number), Flaw::ChainGone { at }));
        }
    }
    let listed: BTreeSet<_> = chains.iter().map(|state| &state.chain).collect();
    let mut headless = BTreeMap::new();
    let (mut place, mut of_rows) = (None, Vec::new());
    loop {
        let page = match journal.records(place.as_ref()).await {
            Err(error @ JournalError::Unreadable { .. }) => {
                let flaw = Flaw::Unreadable {
                    what: error.to_string(),
                };
                verdict.findings.push(Finding::new(&Chain::read("journal"), None, flaw));
                // What lies behind it was not seen, so nobody can say what is missing.
                break;
            }
            page => page?,
        };
        for record in &page.records {
            if let Record::Link(link) = record
                && !listed.contains(&link.chain)
            {
                let last = headless.entry(link.chain.clone()).or_insert(link.number);
                *last = link.number.max(*last);
            }
            of_rows.extend(standing.compare(record));
        }
        place = page.next;
        if place.is_none() {
            of_rows.extend(standing.missing());
            break;
        }
    }
    // Somebody removed the head, so that nobody went along the chain.
    for (chain, last) in headless {
        verdict
            .findings
            .push(Finding::new(&chain, None, Flaw::Head { says: 0, last }));
    }
    verdict.compared = standing.compared();
    verdict.older = standing.older();
    // By a chain that is not sound nobody can be blamed.
    let (of_rows, uncompared): (Vec<_>, Vec<_>) = of_rows
        .into_iter()
        .partition(|found: &Finding| !broken.contains(&found.chain));
    verdict.uncompared = count(uncompared.len());
    Ok(Round {
        verdict,
        behind,
        of_rows,
    })
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
