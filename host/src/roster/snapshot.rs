//! A snapshot: what an alert keeps from its beginning to its end.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Routed;
use crate::{
    alert::Alert,
    cloud::CloudPlace,
    guard::Rules,
    hold::{Budget, approval::ApprovalRule},
};

/// What is in force for one alert, from its beginning to its end.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// All plugins that are configured, in the order in which they are asked; also those that could not be loaded.
    pub plugins: Vec<Arc<Routed>>,
    /// Whose answers count if an alert is routed to several plugins.
    pub answers: Answers,
    /// The guards' rules.
    pub rules: Rules,
    /// How much may be begun within a time.
    pub budgets: Vec<Budget>,
    /// What waits until people approve of it.
    pub approvals: Vec<ApprovalRule>,
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
    /// A snapshot in which all answers count, without budgets and approvals.
    pub fn new(plugins: impl IntoIterator<Item = Routed>, rules: Rules) -> Self {
        Self {
            plugins: plugins.into_iter().map(Arc::new).collect(),
            answers: Answers::default(),
            rules,
            budgets: Vec::new(),
            approvals: Vec::new(),
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

    /// Whether some route demands what alerts named before.
    pub fn needs_sightings(&self) -> bool {
        let mut routes = self.plugins.iter().flat_map(|routed| &routed.routes);
        routes.any(|route| route.demands.need_sightings())
    }

    /// The plugin of this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Routed>> {
        self.plugins.iter().find(|routed| routed.name == name)
    }
}
