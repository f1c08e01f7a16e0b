//! What a plugin decides on while it is measured.

use std::{path::Path, sync::Arc};

use crate::{
    alert::DecodeError,
    exit::{Classified, Exit},
    fact::{Facts, RecordedFacts},
    kit::recorded::recorded,
    record::{self, LoadError, Loaded, Recording},
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

/// Two attackers from outside, with invented addresses: the recording that a new plugin comes with.
const BUILT_IN: &[u8] = include_bytes!("../template/recordings/two-attackers.recording.json");

impl Sample {
    /// The alert of a recording if there is one, or else the one that comes with the binary.
    pub fn of_path(recording: Option<&Path>, plugin: &Plugin) -> Result<Self, SampleError> {
        match recording {
            Some(path) => Self::recorded(path, plugin),
            None => Self::built_in(),
        }
    }

    /// The alert that comes with the binary, with the plugin's default settings. A plugin that asks for other facts than those it holds is better measured with a
    /// recording of its own.
    fn built_in() -> Result<Self, SampleError> {
        let unusable = |why| SampleError::Unusable {
            name: "that comes with the binary".to_owned(),
            why,
        };
        let recording = Recording::read(BUILT_IN).map_err(|error| unusable(with_causes(&error)))?;
        Self::of(&recording, "{}".to_owned(), unusable)
    }

    /// The alert of a recording, as the plugin was given it; of a folder's, the first.
    fn recorded(path: &Path, plugin: &Plugin) -> Result<Self, SampleError> {
        let mut recordings = record::load(path)?.into_iter();
        let Some(loaded) = recordings.next() else {
            return Self::built_in();
        };
        let Loaded { name, recording, .. } = loaded;
        let unusable = |why: String| SampleError::Unusable {
            name: name.clone(),
            why,
        };
        let recording = recording.map_err(|error| unusable(with_causes(&error)))?;
        let record = recorded(&recording, plugin).map_err(&unusable)?;
        Self::of(&recording, record.settings.as_str().to_owned(), unusable)
    }

    fn of(
        recording: &Recording,
        settings: String,
        unusable: impl Fn(String) -> SampleError,
    ) -> Result<Self, SampleError> {
        let alert = recording.alert.decode()?;
        let facts = recording
            .facts
            .iter()
            .map(|fact| (fact.question.clone(), fact.outcome.clone()));
        let facts = RecordedFacts::new(facts).map_err(|error| unusable(with_causes(&error)))?;
        Ok(Self {
            request: Request {
                alert: Arc::new(alert),
                settings,
                now: recording.now,
            },
            facts: Arc::new(facts),
        })
    }
}
