//! The replay: a plugin decides again on what was recorded, and on nothing else.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use async_trait::async_trait;

use super::{Examined, PluginRecord, Recording, Unrecorded};
use crate::{
    alert::{Alert, DecodeError},
    decision::{About, ActionKind},
    fact::{Facts, Question, RecordedFacts, recorded::RecordedFactsError},
    guard::{Demands, Rules, Surroundings},
    hold::Intent,
    report::{Answer, Around, Failure},
    sandbox::{Cost, LogLine, Plugin},
    way::evaluate::{Case, Subject, SurroundingsSource, evaluate, hear},
};

/// Who decides again, and what it is given.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The name by which it stands in the recording: of the facts that were recorded, it is expected to ask for those which this one asked for.
    pub name: &'a str,
    /// The plugin.
    pub plugin: &'a Plugin,
    /// Its settings: the text of a JSON object that it validated.
    pub settings: &'a str,
    /// The kinds of action that it may ask for.
    pub may: &'a BTreeSet<ActionKind>,
}

impl<'a> Candidate<'a> {
    /// A plugin in the place of the one that was recorded, with the same settings.
    pub fn in_place_of(record: &'a PluginRecord, plugin: &'a Plugin) -> Self {
        Self {
            name: &record.plugin,
            plugin,
            settings: record.settings.as_str(),
            may: &record.may,
        }
    }
}

/// What came of a replay. It tells nothing of what would have been if [`Self::unrecorded`] is not empty.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The plugin's decision, or how it failed.
    pub answer: Answer,
    /// What the guards said of each remediation, in the order of the decision.
    pub examined: Vec<Examined>,
    /// The holds that would be: what passed the guards.
    pub intents: Vec<Intent>,
    /// The facts that the plugin asked for.
    pub asked: BTreeSet<Question>,
    /// What was asked and is not in the recording.
    pub unrecorded: Vec<Unrecorded>,
    /// The facts that the recorded plugin asked for, and this one did not. Empty if it failed, or asked for something that is not recorded: then it
    /// did not come to all of its questions.
    pub unasked: Vec<Question>,
    /// What the call cost.
    pub cost: Cost,
    /// What the plugin wrote to the log.
    pub log: Vec<LogLine>,
}

/// Why nothing could be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The alert can't be read.
    #[error("the recorded alert can't be read")]
    Alert(#[source] DecodeError),
    /// The facts contradict themselves.
    #[error("the recorded facts can't be used")]
    Facts(#[source] RecordedFactsError),
    /// No plugin decided on the alert.
    #[error("no plugin decided on the recorded alert, so there is no decision to compare with")]
    NoPlugin,
    /// Several plugins decided on the alert.
    #[error("several plugins decided on the recorded alert ({}): say which one is meant, by its name", plugins.join(", "))]
    SeveralPlugins {
        /// Their names.
        plugins: Vec<String>,
    },
    /// Another plugin decided on the alert.
    #[error("the recording has no plugin `{asked}`; it has {}", plugins.join(", "))]
    OtherPlugin {
        /// The name that is not there.
        asked: String,
        /// Those that are.
        plugins: Vec<String>,
    },
}

/// Lets a plugin decide on a recorded alert, with the recorded facts and nothing else, and hears the guards: with these rules, or else with those that were in
/// force. The same recording, plugin, settings and rules give the same answer, for ever.
///
/// # Errors
/// If the recording contradicts itself. That the plugin fails, or asks for what is not there, is told in [`Replayed`].
pub async fn replay(
    recording: &Recording,
    candidate: Candidate<'_>,
    rules: Option<&Rules>,
) -> Result<Replayed, ReplayError> {
    let told = Told::of(recording)?;
    let subject = Subject {
        name: candidate.name,
        plugin: candidate.plugin,
        settings: candidate.settings,
        may: candidate.may,
    };
    // How flows are cut is no matter of the guards: that stays as it was.
    let rules = rules.map(|rules| Rules {
        deny_remotes: recording.guards.rules.deny_remotes,
        ..rules.clone()
    });
    let evaluated = evaluate(subject, told.case(recording, candidate.name, rules.as_ref())).await;
    let asked = told.recorded.asked();
    let is_expected = |fact: &&super::FactRecord| fact.asked_by.iter().any(|plugin| plugin == candidate.name);
    let expected = recording.facts.iter().filter(is_expected).map(|fact| &fact.question);
    let unrecorded: Vec<_> = Unrecorded::facts(&asked, &told.recorded)
        .chain(Unrecorded::facts(&told.for_guards.asked(), &told.for_guards))
        .chain(told.surroundings.unrecorded())
        .collect();
    let came_to_all = unrecorded.is_empty() && matches!(evaluated.answer, Answer::Decided(_));
    let is_unasked = |question: &&Question| came_to_all && !asked.contains(question);
    Ok(Replayed {
        unasked: expected.filter(is_unasked).cloned().collect(),
        unrecorded,
        answer: evaluated.answer,
        examined: evaluated.examined.into_iter().map(Examined::from).collect(),
        intents: evaluated.intents,
        cost: evaluated.cost,
        log: evaluated.log,
        asked,
    })
}

/// The holds that the recorded decision of a plugin asked for, whatever was there before: what passed the guards with the rules that were in force.
///
/// # Errors
/// If the recording contradicts itself.
pub async fn intents(recording: &Recording, record: &PluginRecord) -> Result<Vec<Intent>, ReplayError> {
    let Answer::Decided(decision) = &record.answer else {
        return Ok(Vec::new());
    };
    let told = Told::of(recording)?;
    let heard = hear(
        decision,
        &record.plugin,
        &record.may,
        told.case(recording, &record.plugin, None),
    )
    .await;
    Ok(heard.intents)
}

static NO_DEMANDS: LazyLock<Demands> = LazyLock::new(Demands::default);

/// What a recording tells plugins and guards.
struct Told<'a> {
    alert: Arc<Alert>,
    recorded: Arc<RecordedFacts>,
    facts: Arc<dyn Facts>,
    /// The same for the guards, so that what they ask is not taken for the plugin's question.
    for_guards: RecordedFacts,
    surroundings: RecordedSurroundings<'a>,
}

impl<'a> Told<'a> {
    fn of(recording: &'a Recording) -> Result<Self, ReplayError> {
        let alert = recording.alert.decode().map_err(ReplayError::Alert)?;
        let answers = || {
            let facts = recording.facts.iter();
            facts.map(|fact| (fact.question.clone(), fact.outcome.clone()))
        };
        let recorded = Arc::new(RecordedFacts::new(answers()).map_err(ReplayError::Facts)?);
        Ok(Self {
            alert: Arc::new(alert),
            facts: Arc::clone(&recorded) as Arc<dyn Facts>,
            recorded,
            for_guards: RecordedFacts::new(answers()).map_err(ReplayError::Facts)?,
            surroundings: RecordedSurroundings {
                recorded: &recording.guards.surroundings,
                unrecorded: Mutex::default(),
            },
        })
    }

    /// The case as it was for a plugin, or under other rules.
    fn case(&'a self, recording: &'a Recording, plugin: &str, rules: Option<&'a Rules>) -> Case<'a> {
        let mut recorded = recording.plugins.iter();
        let recorded = recorded.find(|recorded| recorded.plugin == plugin);
        Case {
            alert: &self.alert,
            now: recording.now,
            home: &recording.guards.home,
            rules: rules.unwrap_or(&recording.guards.rules),
            listed: recording.guards.listed.as_result().map(Vec::as_slice),
            demands: recorded.map_or(&NO_DEMANDS, |recorded| &recorded.demands),
            pardons: &recording.guards.pardons,
            changed_before: recorded.map_or(&[], |recorded| &recorded.changed_before),
            facts: &self.facts,
            for_guards: &self.for_guards,
            surroundings: &self.surroundings,
        }
    }
}

/// What is recorded of places, and which were asked for that are not.
struct RecordedSurroundings<'a> {
    recorded: &'a [Around],
    unrecorded: Mutex<Vec<About>>,
}

impl RecordedSurroundings<'_> {
    fn unrecorded(&self) -> impl Iterator<Item = Unrecorded> {
        let recorded: Vec<_> = self.recorded.iter().map(|around| around.place.clone()).collect();
        let asked = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner).clone();
        asked.into_iter().map(move |asked| Unrecorded::Surroundings {
            asked,
            recorded: recorded.clone(),
        })
    }
}

#[async_trait]
impl SurroundingsSource for RecordedSurroundings<'_> {
    async fn around(&self, place: &About) -> Result<Surroundings, Failure> {
        if let Some(around) = self.recorded.iter().find(|around| around.place == *place) {
            return around.found.as_result().cloned().map_err(Failure::clone);
        }
        let mut unrecorded = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        if !unrecorded.contains(place) {
            unrecorded.push(place.clone());
        }
        Err(Failure {
            message: format!("what is around {place} was not recorded"),
            passing: false,
        })
    }
}
