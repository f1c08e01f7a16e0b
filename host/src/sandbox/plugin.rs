//! A loaded plugin.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use crate::{
    digest::Digest,
    fact::{Answer, FactError, Facts, Question},
};

use super::{
    Host,
    bindings::PluginPre,
    call::{Call, CallError},
    convert::reader::Reader,
    description::{Description, SettingsProblem},
    inspection::Inspection,
    limits::Limits,
    state::State,
};

/// A plugin that was loaded and has described itself. A clone is the same plugin.
#[derive(Clone)]
pub struct Plugin {
    pub(super) name: Arc<str>,
    pub(super) digest: Digest,
    pub(super) description: Arc<Description>,
    pub(super) inspection: Arc<Inspection>,
    pub(super) component: PluginPre<State>,
    pub(super) limits: Arc<Limits>,
    pub(super) host: Arc<Host>,
}

impl Plugin {
    /// Its name in the configuration.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digest of its component.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it says of itself.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// What its component is, seen from outside.
    pub fn inspection(&self) -> &Inspection {
        &self.inspection
    }

    /// The limits that it has.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Asks it whether settings, the text of a JSON object, are right. All problems come at once.
    pub async fn validate_settings(&self, settings: &str) -> Result<(), SettingsError> {
        let reader = Reader(&self.limits);
        let answered = self
            .call(
                Call::ValidateSettings,
                String::new(),
                Arc::new(NoFacts),
                async |guest, store| guest.call_validate_settings(store, settings).await,
                |answer| answer.err().map(|problems| reader.problems(problems)).transpose(),
            )
            .await?;
        match answered.answer {
            None => Ok(()),
            Some(problems) => Err(SettingsError::Wrong {
                plugin: self.name.to_string(),
                problems,
            }),
        }
    }

    /// Asks it what it is.
    pub(super) async fn describe(&self) -> Result<Description, Box<CallError>> {
        let reader = Reader(&self.limits);
        let answered = self
            .call(
                Call::Describe,
                String::new(),
                Arc::new(NoFacts),
                async |guest, store| guest.call_describe(store).await,
                |answer| reader.description(answer),
            )
            .await?;
        Ok(answered.answer)
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Plugin")
            .field("name", &self.name)
            .field("digest", &self.digest)
            .field("description", &self.description)
            .finish_non_exhaustive()
    }
}

/// Settings that a plugin does not take, or could not judge.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The plugin says what is wrong.
    #[error("the settings of plugin `{plugin}` are wrong: {}", list(problems))]
    Wrong {
        /// The plugin's name in the configuration.
        plugin: String,
        /// All that is wrong.
        problems: Vec<SettingsProblem>,
    },
    /// The plugin could not say.
    #[error(transparent)]
    Call(#[from] Box<CallError>),
}

fn list(problems: &[SettingsProblem]) -> String {
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    problems.join("; ")
}

/// The facts of a call that is about no alert.
struct NoFacts;

#[async_trait]
impl Facts for NoFacts {
    async fn ask(&self, _: &Question) -> Result<Answer, FactError> {
        Err(FactError::NotPermitted(
            "facts can be asked for in `decide` only".to_owned(),
        ))
    }
}
