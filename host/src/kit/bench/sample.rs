//! What a plugin decides on while it is measured.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;

use crate::{
    alert::{self, DecodeError, Detector},
    exit::{Classified, Exit},
    fact::{Facts, RecordedFacts},
    kit::test::recorded,
    record::{self, LoadError},
    sandbox::{Plugin, Request},
    text::with_causes,
};

/// An alert with what the plugin may ask about it.
pub struct Sample {
    /// What the plugin is given.
    pub request: Request,
    /// What it is answered.
    pub facts: Arc<dyn Facts>,
}

/// Why there is nothing to decide on.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// There is no recording.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The recording can't be used.
    #[error("recording {name} can't be used: {why}")]
    Unusable {
        /// The recording.
        name: String,
        /// Why.
        why: String,
    },
    /// The alert can't be read.
    #[error("the alert can't be read")]
    Alert(#[from] DecodeError),
}

impl Classified for SampleError {
    fn exit(&self) -> Exit {
        Exit::Input
    }
}

/// An alert of excessive access attempts, with invented addresses.
const ALERT: &[u8] = include_bytes!("../../../../examples/alerts/excessive-access.json");

impl Sample {
    /// The alert that comes with the binary, with the plugin's default settings. No fact is known: most plugins then find nothing to do, and take less time
    /// than they would with a recording of their own.
    pub fn built_in() -> Result<Self, SampleError> {
        Ok(Self {
            request: Request {
                alert: Arc::new(alert::decode(Detector::StealthwatchCloud, ALERT)?),
                settings: "{}".to_owned(),
                now: Timestamp::UNIX_EPOCH,
            },
            facts: Arc::new(RecordedFacts::default()),
        })
    }

    /// The alert of a recording, as the plugin was given it; of a folder's, the first.
    pub fn recorded(path: &Path, plugin: &Plugin) -> Result<Self, SampleError> {
        let mut recordings = record::load(path)?.into_iter();
        let Some(loaded) = recordings.next() else {
            return Self::built_in();
        };
        let unusable = |why: String| SampleError::Unusable {
            name: loaded.name.clone(),
            why,
        };
        let recording = loaded.recording.map_err(|error| unusable(with_causes(&error)))?;
        let record = recorded(&recording, plugin).map_err(unusable)?;
        let alert = alert::decode(recording.alert.detector, recording.alert.raw.as_str().as_bytes())?;
        let facts = recording
            .facts
            .iter()
            .map(|fact| (fact.question.clone(), fact.outcome.clone()));
        let facts = RecordedFacts::new(facts).map_err(|error| unusable(with_causes(&error)))?;
        Ok(Self {
            request: Request {
                alert: Arc::new(alert),
                settings: record.settings.as_str().to_owned(),
                now: recording.now,
            },
            facts: Arc::new(facts),
        })
    }
}
