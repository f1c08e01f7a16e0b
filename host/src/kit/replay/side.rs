//! One side of a comparison: what was decided, what the guards said, and the holds that come of it.

use std::collections::BTreeSet;

use super::hold::AskedHold;
use crate::{
    guard::Rules,
    kit::test::difference,
    record::{Candidate, PluginRecord, Recording, Unrecorded, intents, replay},
    report::Answer,
    sandbox::Plugin,
    text::with_causes,
};

/// One side.
#[derive(Debug, Clone)]
pub(super) struct Side {
    /// The decision and the verdicts, as lines.
    pub(super) decided: String,
    /// The holds that it asks for, whatever was there before.
    pub(super) holds: BTreeSet<AskedHold>,
    /// Whether the plugin failed.
    pub(super) failed: bool,
    /// What was asked and is not in the recording. If there is anything, the rest means nothing.
    pub(super) unrecorded: Vec<Unrecorded>,
}

impl Side {
    /// What was recorded.
    pub(super) async fn recorded(recording: &Recording, record: &PluginRecord) -> Result<Self, String> {
        let intents = intents(recording, record).await;
        Ok(Self {
            decided: difference::text(&record.answer, &record.examined),
            holds: AskedHold::all(intents.map_err(|error| with_causes(&error))?),
            failed: matches!(record.answer, Answer::Failed(_)),
            unrecorded: Vec::new(),
        })
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
        Ok(Self {
            decided: difference::text(&replayed.answer, &replayed.examined),
            holds: AskedHold::all(replayed.intents),
            failed: matches!(replayed.answer, Answer::Failed(_)),
            unrecorded: replayed.unrecorded,
        })
    }
}
