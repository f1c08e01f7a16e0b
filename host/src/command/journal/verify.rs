//! `quell journal verify`: whether the journal is as Quell wrote it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    super::{
        Global,
        output::{StoryOutput, answer},
    },
    store, to_read,
};
use crate::{
    config::JournalStore,
    exit::{Exit, Failure, OrExit},
    hold::ledger::{
        Chain, Checkpoint, Finding, Verdict,
        checkpoint::PublicKey,
        verify::{Flaw, verify},
    },
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
#[command(after_help = "Example:\n  quell journal verify\n  \
    quell journal verify --checkpoints s3://quell-checkpoints/production/ --public-key checkpoints.pub\n  \
    quell journal verify --journal copy.sqlite --output json")]
pub(super) struct VerifyJournal {
    /// Which journal: a file, or `table:NAME` or `table:NAME@REGION` [default: the journal of the configuration]
    #[arg(long, value_name = "JOURNAL", value_parser = store)]
    journal: Option<JournalStore>,
    /// The checkpoints to compare with: a file, or `s3://BUCKET/PREFIX` or `s3://BUCKET/PREFIX@REGION`
    #[arg(long, value_name = "PLACE", requires = "public_key")]
    checkpoints: Option<String>,
    /// The file with the public key that the checkpoints must be signed by: `openssl pkey -in KEY -pubout` prints it
    #[arg(long, value_name = "FILE", requires = "checkpoints")]
    public_key: Option<PathBuf>,
    /// How to print what was found
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

/// What was read of checkpoints.
#[derive(Default)]
struct Checkpoints {
    believed: Vec<Checkpoint>,
    findings: Vec<Finding>,
}

/// Reads checkpoints. A line that is none is a finding as well: somebody wrote there, or tore it.
async fn checkpoints(place: &str, key: &Path) -> Result<Checkpoints, Failure> {
    let pem = read(key)?;
    let key = PublicKey::read(&pem).or_exit(Exit::Input)?;
    let lines = match place.strip_prefix("s3://") {
        Some(bucket) => of_bucket(bucket).await?,
        None => read(Path::new(place))?.lines().map(str::to_owned).collect(),
    };
    if lines.is_empty() {
        return Err(Failure::new(
            Exit::NotFound,
            format!("there are no checkpoints in {place}"),
        ));
    }
    let mut read = Checkpoints::default();
    for (line, number) in lines.iter().zip(1..) {
        match Checkpoint::read(line, Some(&key)) {
            Ok(checkpoint) => read.believed.push(checkpoint),
            Err(error) => {
                let flaw = Flaw::Disbelieved { why: error.to_string() };
                read.findings
                    .push(Finding::new(&Chain::read("checkpoints"), Some(number), flaw));
            }
        }
    }
    Ok(read)
}

fn read(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path);
    text.map_err(|error| Failure::new(Exit::Input, format!("can't read {}: {error}", path.display())))
}

#[cfg(feature = "aws")]
async fn of_bucket(place: &str) -> Result<Vec<String>, Failure> {
    use crate::{checkpoint::bucket::CheckpointBucket, cloud::aws::environment};
    let (place, region) = match place.split_once('@') {
        Some((place, region)) => (place, Some(region)),
        None => (place, None),
    };
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let bucket = CheckpointBucket::new(&environment().await, region, bucket, prefix, None);
    Ok(bucket.read_all().await?)
}

#[cfg(not(feature = "aws"))]
async fn of_bucket(_: &str) -> Result<Vec<String>, Failure> {
    Err(Failure::new(Exit::Usage, crate::setup::SetupError::WithoutAws))
}

impl VerifyJournal {
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let (store, journal) = to_read(global, self.journal).await?;
        let checkpoints = match (&self.checkpoints, &self.public_key) {
            (Some(place), Some(key)) => checkpoints(place, key).await?,
            _ => Checkpoints::default(),
        };
        let mut verdict = verify(&*journal, &checkpoints.believed).await?;
        verdict.findings.extend(checkpoints.findings);
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
        checkpoints,
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
        looked +=
            &format!("; {rows} that differ can't be judged, because their chain is not sound, or is being written");
    }
    if *checkpoints > 0 {
        looked += &format!("; {} compared", count(*checkpoints, "checkpoint"));
    }
    lines.push(looked);
    if verdict.findings.is_empty() {
        lines.push("nothing was changed, removed or moved".to_owned());
    }
    lines.join("\n")
}
