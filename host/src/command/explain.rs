//! `quell explain`: the whole way of an alert, without a write.

use std::path::PathBuf;

use clap::Args;

use super::{
    Global,
    input::Input,
    output::{StoryOutput, answer},
    redaction::Redaction,
};
use crate::{
    alert::{Alert, DecodeError, Decoders, Detector, MOST_BODY_BYTES, recognise},
    exit::{Exit, Failure, OrExit, OrItsExit},
    report::Outcome,
    setup,
    text::with_causes,
};

/// Show what would be done about an alert, gate by gate, and write nothing.
///
/// Decodes the alert, lets the plugins decide, asks the guards, and plans the changes, with each answer and its reason. Facts are
/// asked from the real sources, which only needs permission to read. Nothing is written anywhere but the recording that `--record` asks for, not even the
/// journal. A file may have several alerts, as a list, as JSON by the line, or as an event with several findings, and may be gzip: each is told.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell explain alert.json\n  quell explain --output json - < alert.json\n  \
    quell explain alert.json --record recordings/port-probe.recording.json --redact account,address"
)]
pub struct Explain {
    /// The alert's JSON as the detector sends it; `-` for standard input
    #[arg(value_name = "FILE")]
    pub alert: Input,
    /// The detector that sent it: `stealthwatch-cloud`, `guardduty`, `security-hub`, or one of the configuration's `[[detector]]`. Without it, what the alert looks
    /// like
    #[arg(long, value_name = "DETECTOR")]
    pub detector: Option<String>,
    /// Write a recording to this file, or into this folder: the alert, all that was asked and answered, the decision, the verdicts and the plan, to be replayed
    /// with a plugin later. Several alerts need a folder
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    #[command(flatten)]
    redaction: Redaction,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: StoryOutput,
}

impl Explain {
    /// Tells each alert's way.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let config = global.config()?;
        let decoders = setup::decoders(&config);
        let bytes = self.alert.read(MOST_BODY_BYTES as u64)?;
        let detector = self.detector(&decoders, &bytes)?;
        let alerts = alerts(&decoders, detector, &bytes).or_exit(Exit::Input)?;
        let (alerts, unreadable) = match alerts {
            Alerts::None => {
                return Err(Failure::new(
                    Exit::Input,
                    format!("{} has no alert: it is an empty list", self.alert),
                ));
            }
            Alerts::One(alert) => (vec![*alert], Vec::new()),
            Alerts::Several { read, unreadable } => (read, unreadable),
        };
        let is_file = |path: &PathBuf| !path.is_dir();
        if alerts.len() > 1 && self.record.as_ref().is_some_and(is_file) {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} has {} alerts, which are as many recordings",
                    self.alert,
                    alerts.len()
                ),
            )
            .with_remedy("name a folder with --record"));
        }
        let host = Box::pin(setup::explaining_host(&config)).await.or_its_exit()?;
        let redactor = self.redaction.redactor(&config).await?;
        let mut has_failed = false;
        for (index, alert) in alerts.into_iter().enumerate() {
            let report = Box::pin(host.explain(alert)).await?;
            match self.output {
                StoryOutput::Text if index > 0 => answer(format!("\n{}", report.to_string().trim_end()))?,
                StoryOutput::Text => answer(report.to_string().trim_end())?,
                StoryOutput::Json => answer(serde_json::to_string_pretty(&report)?)?,
            }
            if let Some(path) = &self.record {
                let recording = host.recording(&report, redactor.as_ref()).await.or_exit(Exit::Input)?;
                let file = recording.save(path)?;
                if self.output == StoryOutput::Text {
                    answer(format!("recorded in {}", file.display()))?;
                }
            }
            has_failed |= report.outcome == Outcome::Failed;
        }
        let absent = host.roster().now().absent();
        if !absent.is_empty() {
            return Err(Failure::new(
                Exit::Configuration,
                format!("plugins could not be loaded:\n  {}", absent.join("\n  ")),
            ));
        }
        if !unreadable.is_empty() {
            return Err(Failure::new(
                Exit::Input,
                format!("not all alerts can be read:\n  {}", unreadable.join("\n  ")),
            ));
        }
        if has_failed {
            return Err(Failure::new(
                Exit::Failed,
                "the alert's way could not be followed to its end: what failed is told above",
            ));
        }
        Ok(())
    }

    fn detector(&self, decoders: &Decoders, body: &[u8]) -> Result<Detector, Failure> {
        let Some(name) = &self.detector else {
            return Ok(recognise(body));
        };
        decoders.detector(name).ok_or_else(|| {
            let known: Vec<_> = decoders.detectors().map(|detector| format!("`{detector}`")).collect();
            Failure::new(Exit::Usage, format!("there is no detector `{}`", name.escape_debug())).with_remedy(format!(
                "known are {}; another one needs a [[detector]] with its mapping in the configuration",
                known.join(", ")
            ))
        })
    }
}

/// What a file has.
enum Alerts {
    None,
    One(Box<Alert>),
    Several {
        read: Vec<Alert>,
        /// What is wrong with the others, and which they are.
        unreadable: Vec<String>,
    },
}

fn alerts(decoders: &Decoders, detector: Detector, body: &[u8]) -> Result<Alerts, DecodeError> {
    let texts = decoders.alerts_in(detector, body)?;
    let decode = |text: &String| decoders.decode(detector, text.as_bytes());
    match texts.as_slice() {
        [] => Ok(Alerts::None),
        [one] => Ok(Alerts::One(Box::new(decode(one)?))),
        several => {
            let (mut read, mut unreadable) = (Vec::new(), Vec::new());
            for (index, text) in several.iter().enumerate() {
                match decode(text) {
                    Ok(alert) => read.push(alert),
                    Err(error) => unreadable.push(format!("alert {}: {}", index + 1, with_causes(&error))),
                }
            }
            Ok(Alerts::Several { read, unreadable })
        }
    }
}
