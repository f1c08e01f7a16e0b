//! A plugin on one recording.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::difference::text;
use crate::{
    fact::Question,
    kit::recorded::{CheckedSettings, recorded},
    record::{Candidate, Loaded, Recording, SaveError, Unrecorded, replay},
    report::Answer,
    sandbox::{Cost, LogLine, Plugin},
    text::with_causes,
};

/// What came of one recording.
#[derive(Debug)]
pub struct Trial {
    /// The recording's name.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// Whether the plugin decided as was recorded.
    pub outcome: Outcome,
    /// The facts that were asked for when it was recorded, and are not any more.
    pub unasked: Vec<Question>,
    /// What the decision cost. None if the plugin was not asked.
    pub cost: Option<Cost>,
    /// What the plugin wrote to the log.
    pub log: Vec<LogLine>,
    /// How long it all took.
    pub took: Duration,
    /// The recording with what the plugin decided in place of what was recorded. None if nothing would differ, or if what was decided rests on facts
    /// that are not there.
    pub acceptable: Option<Box<Recording>>,
}

/// Whether a plugin decided as was recorded.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did.
    Same,
    /// It did not. The texts are those of [`text`].
    Different {
        /// What was recorded.
        old: String,
        /// What it decided.
        new: String,
        /// How it failed, if it did.
        failure: Option<String>,
    },
    /// It asked for something that is not in the recording, so nothing can be said.
    Unrecorded(Vec<Unrecorded>),
    /// The recording can't be used with this plugin.
    Unusable(String),
}

impl Outcome {
    /// Whether all is as it should be.
    pub fn is_good(&self) -> bool {
        *self == Self::Same
    }
}

/// Tries a plugin on a recording.
async fn trial(plugin: &Plugin, loaded: Loaded, checked: &CheckedSettings) -> Trial {
    let begin = Instant::now();
    let mut trial = Trial {
        name: loaded.name,
        path: loaded.path,
        outcome: Outcome::Same,
        unasked: Vec::new(),
        cost: None,
        log: Vec::new(),
        took: Duration::ZERO,
        acceptable: None,
    };
    let tried = match loaded.recording {
        Ok(recording) => trial.take(plugin, recording, checked).await,
        Err(error) => Err(with_causes(&error)),
    };
    if let Err(why) = tried {
        trial.outcome = Outcome::Unusable(why);
    }
    trial.took = begin.elapsed();
    trial
}

impl Trial {
    async fn take(&mut self, plugin: &Plugin, recording: Recording, checked: &CheckedSettings) -> Result<(), String> {
        let record = recorded(&recording, plugin)?;
        checked.verdict(record)?;
        let candidate = Candidate::in_place_of(record, plugin);
        let replayed = replay(&recording, candidate, None).await;
        let replayed = replayed.map_err(|error| with_causes(&error))?;
        let (old, new) = (
            text(&record.answer, &record.examined),
            text(&replayed.answer, &replayed.examined),
        );
        self.cost = Some(replayed.cost);
        self.log.clone_from(&replayed.log);
        self.unasked.clone_from(&replayed.unasked);
        self.outcome = if !replayed.unrecorded.is_empty() {
            Outcome::Unrecorded(replayed.unrecorded.clone())
        } else if old == new {
            Outcome::Same
        } else {
            let failure = match &replayed.answer {
                Answer::Failed(failure) => Some(failure.message.clone()),
                Answer::Decided(_) => None,
            };
            Outcome::Different { old, new, failure }
        };
        if !self.outcome.is_good() || !self.unasked.is_empty() {
            let mut acceptable = recording.clone();
            if acceptable.accept(candidate, &replayed).is_ok() {
                self.acceptable = Some(Box::new(acceptable));
            }
        }
        Ok(())
    }
}

impl Trial {
    /// Writes what the plugin decided into the recording's file: from here on it is what it should decide. False if there is nothing to write.
    pub fn accept(&self) -> Result<bool, SaveError> {
        match &self.acceptable {
            Some(recording) => recording.save(&self.path).map(|_| true),
            None => Ok(false),
        }
    }
}

/// Tries a plugin on many recordings, some at the same time. In their order.
pub(super) async fn trials(plugin: &Plugin, recordings: Vec<Loaded>, at_once: usize) -> Vec<Trial> {
    use futures::StreamExt as _;
    let checked = Arc::new(CheckedSettings::of(plugin, &recordings).await);
    let tasks = recordings.into_iter().map(|loaded| {
        let (plugin, checked) = (plugin.clone(), Arc::clone(&checked));
        tokio::spawn(async move { trial(&plugin, loaded, &checked).await })
    });
    // A trial does not panic; were there one that did, it would be missing in the count.
    futures::stream::iter(tasks)
        .buffered(at_once)
        .filter_map(async |trial| trial.ok())
        .collect()
        .await
}
