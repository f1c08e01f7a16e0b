//! What a recording has of the plugin that is tried on it.

use std::collections::HashMap;

use crate::{
    record::{Loaded, PluginRecord, Recording},
    sandbox::{Plugin, SettingsError},
    text::with_causes,
};

/// What is recorded of a plugin: by its own name, or else of the only one that decided.
pub(super) fn recorded<'a>(recording: &'a Recording, plugin: &Plugin) -> Result<&'a PluginRecord, String> {
    let own_name = recording.plugin(Some(&plugin.description().name));
    own_name
        .or_else(|_| recording.plugin(None))
        .map_err(|error| with_causes(&error))
}

/// What a plugin says of each settings text that is recorded. A host asks it once for all alerts, too.
#[derive(Debug, Default)]
pub(super) struct CheckedSettings(HashMap<String, Result<(), String>>);

impl CheckedSettings {
    /// Asks it.
    pub(super) async fn of(plugin: &Plugin, recordings: &[Loaded]) -> Self {
        let mut checked = HashMap::new();
        for recording in recordings.iter().filter_map(|loaded| loaded.recording.as_ref().ok()) {
            let Ok(record) = recorded(recording, plugin) else {
                continue;
            };
            let settings = record.settings.as_str();
            if checked.contains_key(settings) {
                continue;
            }
            let verdict = match plugin.validate_settings(settings).await {
                Ok(()) => Ok(()),
                Err(SettingsError::Wrong { problems, .. }) => {
                    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
                    let (name, problems) = (&record.plugin, problems.join("; "));
                    Err(format!(
                        "the plugin does not take the settings that were recorded for `{name}`: {problems}"
                    ))
                }
                Err(SettingsError::Call(error)) => Err(error.to_string()),
            };
            checked.insert(settings.to_owned(), verdict);
        }
        Self(checked)
    }

    /// What it says of these.
    pub(super) fn verdict(&self, record: &PluginRecord) -> Result<(), String> {
        self.0.get(record.settings.as_str()).cloned().unwrap_or(Ok(()))
    }
}
