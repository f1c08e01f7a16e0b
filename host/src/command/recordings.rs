//! `quell recordings`: recordings without a plugin: their schema, and those that the journal holds.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Global, output::answer, redaction::Redaction};
use crate::{
    clock::{Clock, SystemClock},
    duration::HumanDuration,
    exit::{Exit, Failure, OrItsExit},
    record::{Directory, Loaded, Recording, load_journal},
    report::summary::count,
    setup,
    text::with_causes,
};

/// Describe recordings, and get them out of the journal.
///
/// A recording is one alert with all that was told about it and all that came of it. `quell explain --record` writes one, the table `[recordings]` of the
/// configuration has them written for alerts as they come, and the journal holds what is needed for one of each alert that it still keeps.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell recordings export --since 30d --directory last-month --redact account,address,id\n  \
    quell recordings schema > recording.schema.json"
)]
pub struct Recordings {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Print the JSON Schema of a recording, for editors
    #[command(after_help = "Example:\n  quell recordings schema > recording.schema.json")]
    Schema,
    Export(Export),
}

/// Write a recording of each alert that the journal keeps
///
/// Alerts that came to no plugin, and those of a Quell that did not keep enough, are counted and left out.
///
/// What is redacted here is redacted in the decision as it was made; a plugin that orders by address, or computes with one, decides another way on
/// what is left: `quell plugin test --accept` takes that for right.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell recordings export --since 30d --directory last-month --redact account,address,id"
)]
struct Export {
    /// The directory to write to, made if it is not there
    #[arg(long, value_name = "DIRECTORY")]
    directory: PathBuf,
    /// Only alerts that were received at most so long ago, such as 30d
    #[arg(long, value_name = "DURATION")]
    since: Option<HumanDuration>,
    #[command(flatten)]
    redaction: Redaction,
}

impl Recordings {
    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.what {
            What::Schema => answer(serde_json::to_string_pretty(&Recording::schema())?),
            What::Export(export) => export.run(global).await,
        }
    }
}

impl Export {
    async fn run(self, global: &Global) -> Result<(), Failure> {
        let config = global.config()?;
        let redactor = self.redaction.redactor(&config).await?;
        let Some(journal) = setup::journal::to_read(&config.journal).await.or_its_exit()? else {
            let path = config.journal.file().unwrap_or(Path::new(""));
            let error = format!("there is no journal at {}", path.display());
            return Err(Failure::new(Exit::NotFound, error));
        };
        let now = SystemClock.now();
        let since = self.since.and_then(|since| now.checked_sub(since.0).ok());
        let directory = Directory::without_bound(self.directory.clone());
        let (mut written, mut left_out) = (0, 0);
        for Loaded { name, recording, .. } in load_journal(&*journal, since).await? {
            let recording = match recording {
                Ok(recording) => recording,
                Err(error) => {
                    tracing::info!(delivery = name, "left out: {}", with_causes(&error));
                    left_out += 1;
                    continue;
                }
            };
            let recording = match &redactor {
                Some(redactor) => redactor.redact(&recording)?,
                None => recording,
            };
            directory.keep(&recording)?;
            written += 1;
        }
        let left_out = match left_out {
            0 => String::new(),
            left_out => format!("; {} left out (`--log info` tells why)", count(left_out, "alert")),
        };
        answer(format!(
            "{} in {}{left_out}",
            count(written, "recording"),
            self.directory.display()
        ))
    }
}
