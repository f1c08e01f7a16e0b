//! `quell explain`: the whole way of one alert, without a write.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, de::IntoDeserializer};

use super::{
    Global,
    input::Input,
    output::{StoryOutput, answer},
    redaction::Redaction,
};
use crate::{
    alert::{self, Detector, MAX_BYTES},
    exit::{Exit, Failure, OrExit, OrItsExit},
    report::Outcome,
    setup,
};

/// Show what would be done about one alert, gate by gate, and write nothing.
///
/// Decodes the alert, lets the plugins decide, asks the guards, and plans the changes, with each answer and its reason. Facts are
/// asked from the real sources, which only needs permission to read. Nothing is written anywhere but the recording that `--record` asks for, not even the
/// journal.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell explain alert.json\n  quell explain --output json - < alert.json\n  \
    quell explain alert.json --record recordings/port-probe.recording.json --redact account,address"
)]
pub struct Explain {
    /// The alert's JSON as the detector sends it; `-` for standard input
    #[arg(value_name = "FILE")]
    pub alert: Input,
    /// The detector that sent it
    #[arg(long, value_name = "DETECTOR", value_parser = detector, default_value_t = Detector::StealthwatchCloud)]
    pub detector: Detector,
    /// Write a recording to this file, or into this folder: the alert, all that was asked and answered, the decision, the verdicts and the plan, to be replayed
    /// with a plugin later
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[command(flatten)]
    redaction: Redaction,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: StoryOutput,
}

impl Explain {
    /// Tells the alert's way.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let config = global.config()?;
        let bytes = self.alert.read(MAX_BYTES as u64)?;
        let alert = alert::decode(self.detector, &bytes).or_exit(Exit::Input)?;
        let host = setup::explaining_host(&config).await.or_its_exit()?;
        let report = host.explain(alert).await?;
        match self.output {
            StoryOutput::Text => answer(report.to_string().trim_end())?,
            StoryOutput::Json => answer(serde_json::to_string_pretty(&report)?)?,
        }
        if let Some(path) = &self.record {
            let redactor = self.redaction.redactor(&config).await?;
            let recording = host.recording(&report, redactor.as_ref()).await.or_exit(Exit::Input)?;
            let file = recording.save(path)?;
            if self.output == StoryOutput::Text {
                answer(format!("recorded in {}", file.display()))?;
            }
        }
        let absent = host.roster().now().absent();
        if !absent.is_empty() {
            return Err(Failure::new(
                Exit::Configuration,
                format!("plugins could not be loaded:\n  {}", absent.join("\n  ")),
            ));
        }
        if report.outcome == Outcome::Failed {
            return Err(Failure::new(
                Exit::Failed,
                "the alert's way could not be followed to its end: what failed is told above",
            ));
        }
        Ok(())
    }
}

/// A detector by the name that it has in the configuration.
fn detector(name: &str) -> Result<Detector, serde::de::value::Error> {
    Detector::deserialize(name.into_deserializer())
}
