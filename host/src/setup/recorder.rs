//! The recorder.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::SetupError;
use crate::{
    config::Recordings,
    record::{
        Directory, Recorder, Wanted,
        redact::{Key, Redactor},
    },
};

/// The recorder as the configuration says. None if it gives no place for recordings.
pub(super) fn recorder(configured: &Recordings) -> Result<Option<Recorder>, SetupError> {
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
        redactor: redactor(configured)?,
        directory,
        log: configured.log,
    }))
}

/// What the configuration redacts. None if that is nothing.
///
/// # Errors
/// If its key can't be had.
pub fn redactor(configured: &Recordings) -> Result<Option<Redactor>, SetupError> {
    if configured.redact.is_empty() && configured.redact_fields.is_empty() {
        return Ok(None);
    }
    let key = match &configured.key {
        Some(secret) => Key::of(secret.read()?.expose_secret().as_bytes()),
        None => Key::random()?,
    };
    Ok(Some(Redactor::new(key, &configured.redact, &configured.redact_fields)))
}
