//! Recordings of what came of alerts.

use super::Host;
use crate::{
    record::{
        NotRecordable, Recorder, Recording,
        redact::{DecidedError, Redaction, Redactor, redact_and_decide},
    },
    report::Report,
    secret::SecretError,
    text::with_causes,
};

/// Why there is no recording of an alert.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is nothing to record.
    #[error(transparent)]
    NotRecordable(#[from] NotRecordable),
    /// There is no key to redact it with.
    #[error("there is no key to redact the recording with")]
    NoKey(#[source] SecretError),
    /// It can't be redacted.
    #[error("the recording can't be redacted")]
    Redact(#[source] DecidedError),
}

impl Host {
    /// Has alerts recorded from here on.
    pub fn set_recorder(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// The recording of a report, redacted if so asked.
    ///
    /// # Errors
    /// If there is nothing to record, or it can't be redacted.
    pub async fn recording(&self, report: &Report, redactor: Option<&Redactor>) -> Result<Recording, RecordError> {
        let recording = Recording::of(report)?;
        let Some(redactor) = redactor else {
            return Ok(recording);
        };
        let redacted = redact_and_decide(&recording, redactor, &self.parts.roster.now()).await;
        redacted.map_err(RecordError::Redact)
    }

    /// Writes the recording that the configuration asks for, if it does. Only the log tells of what goes wrong.
    pub(super) async fn record(&self, report: &Report) {
        let Some(recorder) = self.recorder.as_ref().filter(|recorder| recorder.wanted.wants(report)) else {
            return;
        };
        match self.redacted(report, recorder.redaction.as_ref()).await {
            Ok(recording) => recorder.keep(recording).await,
            Err(error) => tracing::error!(
                alert = report.alert.id,
                "an alert was not recorded: {}",
                with_causes(&error)
            ),
        }
    }

    async fn redacted(&self, report: &Report, redaction: Option<&Redaction>) -> Result<Recording, RecordError> {
        let redactor = match redaction {
            Some(redaction) => Some(redaction.redactor().await.map_err(RecordError::NoKey)?),
            None => None,
        };
        self.recording(report, redactor.as_ref()).await
    }
}
