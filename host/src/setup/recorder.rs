//! The recorder.

use std::sync::Arc;

use super::SetupError;
use crate::{
    config::Recordings,
    record::{
        Directory, Recorder, Wanted,
        redact::{Key, Redaction, RedactionKey},
    },
    secret::Secrets,
};

/// The recorder as the configuration says. None if it gives no place for recordings.
pub(super) fn recorder(configured: &Recordings, secrets: &Secrets) -> Result<Option<Recorder>, SetupError> {
    if configured.directory.is_none() && !configured.log {
        return Ok(None);
    }
    let directory = configured.directory.as_ref().map(|path| {
        let directory = Directory::new(path.clone(), configured.most_files, configured.most_bytes);
        Arc::new(directory)
    });
    Ok(Some(Recorder {
        wanted: Wanted {
            outcomes: configured.outcomes.clone(),
            detectors: configured.detectors.clone(),
            kinds: configured.kinds.clone(),
        },
        redaction: redaction(configured, secrets)?,
        directory,
        log: configured.log,
    }))
}

/// What the configuration redacts. None if that is nothing.
///
/// # Errors
/// If its key can't be had. One that is kept in AWS is asked for when something is recorded.
pub fn redaction(configured: &Recordings, secrets: &Secrets) -> Result<Option<Redaction>, SetupError> {
    if configured.redact.is_empty() && configured.redact_fields.is_empty() {
        return Ok(None);
    }
    Ok(Some(Redaction {
        kinds: configured.redact.clone(),
        fields: configured.redact_fields.clone(),
        key: match &configured.key {
            Some(secret) => RedactionKey::Kept(secrets.live(secret)?),
            None => RedactionKey::OfThisProcess(Key::random()?),
        },
    }))
}
