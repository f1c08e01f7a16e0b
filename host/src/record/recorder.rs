//! The recorder: writes the recordings that the configuration asks for.

use std::sync::Arc;

use super::{Directory, Recording, redact::Redaction};
use crate::{
    alert::Detector,
    report::{Outcome, Report},
    text::with_causes,
};

/// Which alerts are recorded. A list that is empty leaves none out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only those that came to this.
    pub outcomes: Vec<Outcome>,
    /// Only those of these detectors.
    pub detectors: Vec<Detector>,
    /// Only those of these kinds, by the detector's own name.
    pub kinds: Vec<String>,
}

impl Wanted {
    /// Whether an alert with this report is recorded. One that no plugin was asked about is not: there is nothing to replay.
    pub fn wants(&self, report: &Report) -> bool {
        let is_any_of_kinds = self.kinds.is_empty() || self.kinds.contains(&report.alert.kind);
        report.basis.is_some()
            && is_any_of_kinds
            && (self.outcomes.is_empty() || self.outcomes.contains(&report.outcome))
            && (self.detectors.is_empty() || self.detectors.contains(&report.alert.detector))
    }
}

/// Writes the recordings that are wanted, to a directory or to the log.
#[derive(Debug)]
pub struct Recorder {
    /// Which alerts are recorded.
    pub wanted: Wanted,
    /// What is redacted in each. None if nothing is.
    pub redaction: Option<Redaction>,
    /// Where files go.
    pub directory: Option<Arc<Directory>>,
    /// Whether each recording is a line of the log.
    pub log: bool,
}

/// The longest line of the log: CloudWatch takes 256 KiB, the rest of the line included.
const LONGEST_LINE: usize = 200_000;

impl Recorder {
    /// Puts a recording where it belongs. That it can't is told in the log; an alert never fails for it.
    pub async fn keep(&self, recording: Recording) {
        if self.log {
            log(&recording);
        }
        let Some(directory) = &self.directory else {
            return;
        };
        let directory = Arc::clone(directory);
        let kept = tokio::task::spawn_blocking(move || directory.keep(&recording)).await;
        let wrong = match kept {
            Ok(Ok(file)) => return tracing::debug!(file = %file.display(), "recorded"),
            Ok(Err(error)) => with_causes(&error),
            Err(broke_off) => broke_off.to_string(),
        };
        tracing::error!("an alert was not recorded: {wrong}");
    }
}

fn log(recording: &Recording) {
    let line = recording.to_line();
    if line.len() > LONGEST_LINE {
        let bytes = line.len();
        return tracing::warn!(
            bytes,
            "an alert was not recorded: a line of the log has {LONGEST_LINE} bytes at most; record to a directory"
        );
    }
    tracing::info!(target: "quell::recording", recording = line, "recorded");
}
