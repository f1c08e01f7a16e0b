//! Taking what a replay gave for what is right.

use super::{Candidate, PluginRecord, Recording, Replayed};
use crate::{json::JsonText, sandbox::CONTRACT_VERSION};

/// Why a replay can't be taken for what is right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAcceptable {
    /// It asked for what is not there.
    #[error(
        "the replay asked for what is not in the recording, so its decision is worth nothing: record the alert again"
    )]
    Unrecorded,
    /// The recording is of other plugins.
    #[error("the recording has no plugin `{0}`")]
    OtherPlugin(String),
    /// The settings are no JSON.
    #[error("the settings are not JSON")]
    Settings,
}

impl Recording {
    /// Takes what a replay of this recording gave for right from here on: the plugin, its settings, its decision, the verdicts, and which facts it asks for. If
    /// the decision or a verdict is another one the plan goes: it was made for the one before.
    ///
    /// # Errors
    /// If it can't be; then nothing is changed.
    pub fn accept(&mut self, candidate: Candidate<'_>, replayed: &Replayed) -> Result<(), NotAcceptable> {
        if !replayed.unrecorded.is_empty() {
            return Err(NotAcceptable::Unrecorded);
        }
        let settings = JsonText::read(candidate.settings).map_err(|_| NotAcceptable::Settings)?;
        let record = self.plugins.iter_mut().find(|record| record.plugin == candidate.name);
        let record = record.ok_or_else(|| NotAcceptable::OtherPlugin(candidate.name.to_owned()))?;
        if record.answer != replayed.answer || record.examined != replayed.examined {
            self.plan.clear();
        }
        *record = PluginRecord {
            plugin: candidate.name.to_owned(),
            digest: candidate.plugin.digest(),
            contract: CONTRACT_VERSION.to_owned(),
            may: candidate.may.clone(),
            demands: record.demands.clone(),
            settings,
            answer: replayed.answer.clone(),
            changed_before: record.changed_before.clone(),
            examined: replayed.examined.clone(),
        };
        for fact in &mut self.facts {
            let is_asked = replayed.asked.contains(&fact.question);
            let was_asked = fact.asked_by.iter().any(|plugin| plugin == candidate.name);
            match (was_asked, is_asked) {
                (true, false) => fact.asked_by.retain(|plugin| plugin != candidate.name),
                (false, true) => fact.asked_by.push(candidate.name.to_owned()),
                _ => {}
            }
        }
        Ok(())
    }
}
