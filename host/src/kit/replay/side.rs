//! One side of a comparison: what was decided, what the guards said, and the holds that came of it.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{
    decision::Decision,
    guard::Rules,
    kit::test::difference,
    record::{Candidate, PluginRecord, Recording, TargetRecord, Unrecorded, replay},
    report::Answer,
    sandbox::Plugin,
    text::with_causes,
};

/// One side.
#[derive(Debug, Clone)]
pub struct Side {
    /// The decision and the verdicts, as lines.
    pub decided: String,
    /// The holds, one a line. None if they are not known: the plan was not recorded.
    pub holds: Option<BTreeSet<String>>,
    /// Whether it would do something: a remediation passed the guards.
    pub acts: bool,
    /// Whether the plugin failed.
    pub failed: bool,
    /// What was asked and is not in the recording. If there is anything, the rest means nothing.
    pub unrecorded: Vec<Unrecorded>,
}

impl Side {
    /// What was recorded.
    pub(super) fn recorded(recording: &Recording, record: &PluginRecord) -> Self {
        let passed = record.examined.iter().filter(|examined| examined.passed()).count();
        let holds = recording.plan.iter().flat_map(|target| holds(target, &record.plugin));
        let holds: BTreeSet<_> = holds.collect();
        Self {
            decided: difference::text(&record.answer, &record.examined),
            // Whatever passed had a hold, unless the plan was not kept.
            holds: (passed == 0 || !holds.is_empty()).then_some(holds),
            acts: passed > 0 && matches!(record.answer, Answer::Decided(Decision::Remediate(_))),
            failed: matches!(record.answer, Answer::Failed(_)),
            unrecorded: Vec::new(),
        }
    }

    /// What a plugin decides.
    pub(super) async fn replayed(
        recording: &Recording,
        record: &PluginRecord,
        plugin: &Plugin,
        settings: Option<&str>,
        rules: Option<&Rules>,
    ) -> Result<Self, String> {
        let mut candidate = Candidate::in_place_of(record, plugin);
        if let Some(settings) = settings {
            candidate.settings = settings;
        }
        let replayed = replay(recording, candidate, rules).await;
        let replayed = replayed.map_err(|error| with_causes(&error))?;
        let holds = replayed.intents.iter().map(|intent| {
            let mut hold = format!("{} {} at {}", intent.prefix, intent.direction, intent.target);
            // Writing to a String can't fail.
            let _ = match intent.until {
                Some(until) => write!(hold, " until {until}"),
                None => write!(hold, " until released"),
            };
            hold
        });
        Ok(Self {
            decided: difference::text(&replayed.answer, &replayed.examined),
            holds: Some(holds.collect()),
            acts: !replayed.intents.is_empty() || replayed.examined.iter().any(|examined| examined.passed()),
            failed: matches!(replayed.answer, Answer::Failed(_)),
            unrecorded: replayed.unrecorded,
        })
    }
}

fn holds(target: &TargetRecord, plugin: &str) -> impl Iterator<Item = String> {
    target
        .holds
        .iter()
        .filter(move |hold| hold.plugin == plugin)
        .map(|hold| {
            let until = match hold.until {
                Some(until) => format!(" until {until}"),
                None => " until released".to_owned(),
            };
            format!("{} {} at {}{until}", hold.prefix, hold.direction, target.target)
        })
}
