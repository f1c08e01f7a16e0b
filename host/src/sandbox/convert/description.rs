//! What a plugin says of itself and of its settings, as the host has it.

use crate::{
    decision::ActionKind,
    sandbox::{
        bindings::quell::plugin::types,
        description::{Description, SettingsProblem, action_kind},
        fault::Fault,
        text::shown,
    },
};

use super::reader::Reader;

impl Reader<'_> {
    /// A description. Its schema may be as long as an answer may be.
    pub(in crate::sandbox) fn description(&self, description: types::Description) -> Result<Description, Fault> {
        Ok(Description {
            name: self.text("a name", description.name)?,
            version: self.text("a version", description.version)?,
            summary: self.text("a summary", description.summary)?,
            actions: self.actions(description.actions)?,
            facts: self.texts("facts", description.facts)?,
            settings_schema: description.settings_schema,
        })
    }

    fn actions(&self, names: Vec<String>) -> Result<Vec<ActionKind>, Fault> {
        let names = self.list("actions", names)?;
        names
            .into_iter()
            .map(|name| action_kind(&name).ok_or_else(|| Fault::UnknownAction { name: shown(&name, 64) }))
            .collect()
    }

    /// What is wrong with settings.
    pub(in crate::sandbox) fn problems(
        &self,
        problems: Vec<types::SettingsProblem>,
    ) -> Result<Vec<SettingsProblem>, Fault> {
        let problems = self.list("problems with settings", problems)?;
        let text = |text: String| shown(&text, self.0.text_bytes);
        Ok(problems
            .into_iter()
            .map(|problem| SettingsProblem {
                path: text(problem.path),
                message: text(problem.message),
            })
            .collect())
    }
}
