//! A redacted recording with the decision that belongs to it.

use super::{RedactError, Redactor};
use crate::{
    record::{Candidate, Recording, ReplayError, replay},
    report::Answer,
    roster::Snapshot,
};

/// A recording that can't be redacted together with its decision.
#[derive(Debug, thiserror::Error)]
pub enum DecidedError {
    /// It can't be redacted.
    #[error(transparent)]
    Redact(#[from] RedactError),
    /// It can't be replayed.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// What was redacted bears on which facts are asked for.
    #[error(
        "on the redacted alert plugin `{plugin}` asks for other facts than on the alert as it was ({asked}): redact less"
    )]
    AsksOtherwise {
        /// The plugin's name.
        plugin: String,
        /// The first that is not there.
        asked: String,
    },
}

/// Redacts a recording, and lets each plugin that is at hand decide again on what is left: an order by address, or a figure that is computed from one, is
/// another one then.
///
/// # Errors
/// If there is no such recording.
pub async fn redact_and_decide(
    recording: &Recording,
    redactor: &Redactor,
    roster: &Snapshot,
) -> Result<Recording, DecidedError> {
    let mut redacted = redactor.redact(recording)?;
    for at in 0..redacted.plugins.len() {
        let Some(record) = redacted
            .plugins
            .get(at)
            .filter(|record| matches!(record.answer, Answer::Decided(_)))
        else {
            continue;
        };
        let plugin = roster
            .named(&record.plugin)
            .and_then(|routed| routed.plugin.as_ref().ok());
        let Some(plugin) = plugin.filter(|plugin| plugin.digest() == record.digest) else {
            continue;
        };
        let replayed = replay(&redacted, Candidate::in_place_of(record, plugin), None).await?;
        if let Some(unrecorded) = replayed.unrecorded.first() {
            return Err(DecidedError::AsksOtherwise {
                plugin: record.plugin.clone(),
                asked: unrecorded.to_string(),
            });
        }
        if let Some(record) = redacted.plugins.get_mut(at) {
            record.answer = replayed.answer;
            record.examined = replayed.examined;
        }
    }
    Ok(redacted)
}
