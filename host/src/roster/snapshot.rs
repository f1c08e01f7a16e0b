//! A snapshot: what an alert keeps from its beginning to its end.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Routed;
use crate::{alert::Alert, cloud::CloudPlace, guard::Rules};

/// What is in force for one alert, from its beginning to its end.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// All plugins that are configured, in the order in which they are asked; also those that could not be loaded.
    pub plugins: Vec<Arc<Routed>>,
    /// Whose answers count if an alert is routed to several plugins.
    pub answers: Answers,
    /// The guards' rules.
    pub rules: Rules,
}

/// Whose answers count if an alert is routed to several plugins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// Each plugin is asked and every answer counts. Where two ask for the same with different ends, the stricter wins and both reasons are kept.
    #[default]
    All,
    /// Plugins are asked in the order of the file until one remediates. One that decides to do nothing, fails or only observes leaves it to the next.
    First,
}

impl Snapshot {
    /// A snapshot in which all answers count.
    pub fn new(plugins: impl IntoIterator<Item = Routed>, rules: Rules) -> Self {
        Self {
            plugins: plugins.into_iter().map(Arc::new).collect(),
            answers: Answers::default(),
            rules,
        }
    }

    /// The plugins that decide on this alert, which is for this place, in order.
    pub fn plugins_for(&self, alert: &Alert, place: &CloudPlace) -> impl Iterator<Item = &Arc<Routed>> {
        self.plugins.iter().filter(move |routed| routed.takes(alert, place))
    }

    /// Why plugins could not be loaded: one reason a plugin that could not, with its name in it.
    pub fn absent(&self) -> Vec<String> {
        let absent = self.plugins.iter().filter_map(|routed| routed.plugin.as_ref().err());
        absent.map(ToString::to_string).collect()
    }

    /// The plugin of this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Routed>> {
        self.plugins.iter().find(|routed| routed.name == name)
    }
}
