//! A plugin on all recordings of a folder.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::{
    Outcome, Trial,
    cost::{Share, highest, shares},
    difference::difference,
    trial::trials,
};
use crate::{
    exit::{Classified, Exit},
    record::{self, LoadError},
    sandbox::{Limits, Plugin},
};

/// How many recordings are tried at the same time: enough for both the reading and the deciding to keep a few processors busy.
const AT_ONCE: usize = 8;

/// What came of all recordings.
#[derive(Debug)]
pub struct Run {
    /// Each, by name.
    pub trials: Vec<Trial>,
    /// The plugin's limits.
    pub limits: Limits,
    /// How long it took, without loading the plugin.
    pub took: Duration,
}

/// Why nothing was tried.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There are no recordings.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// None is asked for.
    #[error("none of the {of} recordings has `{filter}` in its name")]
    NoneNamed {
        /// What was to be in the name.
        filter: String,
        /// How many there are.
        of: usize,
    },
}

impl Classified for RunError {
    fn exit(&self) -> Exit {
        Exit::Input
    }
}

/// Tries a plugin on the recordings that are in a folder, or on one, and of these on those with `filter` in their name.
pub async fn run(plugin: &Plugin, path: &Path, filter: Option<&str>) -> Result<Run, RunError> {
    let begin = Instant::now();
    let mut recordings = record::load(path)?;
    if let Some(filter) = filter {
        let of = recordings.len();
        recordings.retain(|recording| recording.name.contains(filter));
        if recordings.is_empty() {
            return Err(RunError::NoneNamed {
                filter: filter.to_owned(),
                of,
            });
        }
    }
    Ok(Run {
        trials: trials(plugin, recordings, AT_ONCE).await,
        limits: plugin.limits().clone(),
        took: begin.elapsed(),
    })
}

impl Run {
    /// Whether the plugin decided every time as was recorded.
    pub fn is_good(&self) -> bool {
        self.trials.iter().all(|trial| trial.outcome.is_good())
    }

    /// How many recordings failed.
    pub fn failed(&self) -> usize {
        self.trials.iter().filter(|trial| !trial.outcome.is_good()).count()
    }

    /// The most that one decision used of each limit.
    pub fn highest(&self) -> Vec<Share> {
        highest(self.trials.iter().filter_map(|trial| trial.cost.as_ref()), &self.limits)
    }
}

/// For scripts.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trials: Vec<_> = self
            .trials
            .iter()
            .map(|trial| TrialView::of(trial, &self.limits))
            .collect();
        let mut run = serializer.serialize_struct("Run", 4)?;
        run.serialize_field("recordings", &trials)?;
        run.serialize_field("failed", &self.failed())?;
        run.serialize_field("highest", &self.highest())?;
        run.serialize_field("seconds", &self.took.as_secs_f64())?;
        run.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct TrialView<'a> {
    name: &'a str,
    path: &'a Path,
    outcome: &'static str,
    /// What is wrong, for a person.
    problems: Vec<String>,
    unasked: Vec<String>,
    cost: Vec<Share>,
    log: &'a [crate::sandbox::LogLine],
    seconds: f64,
}

impl<'a> TrialView<'a> {
    fn of(trial: &'a Trial, limits: &Limits) -> Self {
        Self {
            name: &trial.name,
            path: &trial.path,
            outcome: trial.outcome.name(),
            problems: trial.outcome.problems(),
            unasked: trial.unasked.iter().map(ToString::to_string).collect(),
            cost: trial.cost.iter().flat_map(|cost| shares(cost, limits)).collect(),
            log: &trial.log,
            seconds: trial.took.as_secs_f64(),
        }
    }
}

impl Outcome {
    /// One word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different { .. } => "different",
            Self::Unrecorded(_) => "unrecorded",
            Self::Unusable(_) => "unusable",
        }
    }

    /// What is wrong, in one line. Empty if nothing is.
    pub fn headline(&self) -> String {
        match self {
            Self::Same => String::new(),
            Self::Different { failure: None, .. } => "decided differently".to_owned(),
            Self::Different {
                failure: Some(failure), ..
            } => failure.clone(),
            Self::Unrecorded(unrecorded) => unrecorded.first().map(ToString::to_string).unwrap_or_default(),
            Self::Unusable(why) => why.clone(),
        }
    }

    /// What is wrong, each on lines of its own and without colour. Empty if nothing is.
    pub fn problems(&self) -> Vec<String> {
        match self {
            Self::Same => Vec::new(),
            Self::Different { old, new, failure } => {
                let difference = anstream::adapter::strip_str(&difference(old, new)).to_string();
                failure.iter().cloned().chain([difference]).collect()
            }
            Self::Unrecorded(unrecorded) => unrecorded.iter().map(ToString::to_string).collect(),
            Self::Unusable(why) => vec![why.clone()],
        }
    }
}
