//! How the plugins stand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Done;
use crate::{
    decision::ActionKind,
    digest::Digest,
    roster::{OnFailure, Routed},
    way::Host,
};

/// How one plugin stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PluginStanding {
    /// Its name in the configuration.
    pub name: String,
    /// Whether it works.
    pub state: PluginState,
    /// Its own version. None if it could not be loaded.
    pub version: Option<String>,
    /// The digest of its component. None if it could not be loaded.
    pub sha256: Option<Digest>,
    /// Whether it only observes.
    pub observes: bool,
    /// What it may propose.
    pub may: Vec<ActionKind>,
    /// The alerts that it decides on, in words: those of each route. Empty if it only stands in for others.
    pub routes: Vec<String>,
    /// What happens to an alert that it could not decide on.
    pub on_failure: OnFailure,
}

/// Whether a plugin works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "is")]
pub enum PluginState {
    /// It decides.
    Loaded,
    /// It could not be loaded.
    NotLoaded {
        /// Why.
        why: String,
    },
    /// It kept failing and is put aside.
    Aside {
        /// Until when. After that one alert tries it.
        until: Timestamp,
    },
}

impl Host {
    /// How all plugins stand, in the order in which they are asked.
    pub(super) fn plugins(&self) -> Done {
        let snapshot = self.parts.roster.now();
        Done::Plugins {
            answers: snapshot.answers,
            plugins: snapshot.plugins.iter().map(|routed| standing(routed)).collect(),
            refused: self.parts.roster.refused().map(|refused| (*refused).clone()),
        }
    }
}

fn standing(routed: &Routed) -> PluginStanding {
    let plugin = routed.plugin.as_ref();
    let aside = routed.with_breaker(|breaker| breaker.aside_until());
    PluginStanding {
        name: routed.name.clone(),
        state: match (&plugin, aside) {
            (Err(why), _) => PluginState::NotLoaded { why: why.to_string() },
            (Ok(_), Some(until)) => PluginState::Aside { until },
            (Ok(_), None) => PluginState::Loaded,
        },
        version: plugin.ok().map(|plugin| plugin.description().version.clone()),
        sha256: plugin.ok().map(|plugin| plugin.digest()),
        observes: routed.observes,
        may: routed.may.iter().copied().collect(),
        routes: routed.routes.iter().map(ToString::to_string).collect(),
        on_failure: routed.on_failure.clone(),
    }
}
