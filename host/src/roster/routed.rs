//! A plugin in the roster: what it gets, what it may do, and what happens if it can't decide.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Breaker, BreakerTerms, Route};
use crate::{alert::Alert, cloud::CloudPlace, decision::ActionKind, guard::Demands, sandbox::Plugin};

/// A plugin, what it gets and what it may do.
#[derive(Debug, Clone)]
pub struct Routed {
    /// Its name in the configuration.
    pub name: String,
    /// The plugin; or why it could not be loaded, with all causes.
    pub plugin: Result<Plugin, Arc<str>>,
    /// Its settings: the text of a JSON object. A plugin that is loaded has validated it.
    pub settings: String,
    /// Which alerts it decides on: those of any of these routes. Without a route it only stands in for others.
    pub routes: Vec<Route>,
    /// The kinds of action that it may ask for.
    pub may: BTreeSet<ActionKind>,
    /// Whether it only observes: its decision and what the guards say of it are reported, and nothing comes of it.
    pub observes: bool,
    /// What happens to an alert that it could not decide on.
    pub on_failure: OnFailure,
    /// Puts it aside for a while if it keeps failing. Shared by all snapshots that the same plugin is in.
    pub breaker: Arc<Mutex<Breaker>>,
}

/// What happens to an alert that a plugin could not decide on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// The alert failed: it stays in the journal, and is tried again if that may help.
    #[default]
    Refuse,
    /// The plugin of this name is asked instead.
    FallBackTo(String),
}

impl Routed {
    /// A loaded plugin that takes all alerts of these routes, with nothing else set.
    pub fn new(plugin: Plugin, settings: &str, routes: Vec<Route>, may: impl IntoIterator<Item = ActionKind>) -> Self {
        Self {
            name: plugin.name().to_owned(),
            plugin: Ok(plugin),
            settings: settings.to_owned(),
            routes,
            may: may.into_iter().collect(),
            observes: false,
            on_failure: OnFailure::default(),
            breaker: Arc::default(),
        }
    }

    /// Whether its breaker has these terms.
    pub fn has_breaker_of(&self, terms: BreakerTerms) -> bool {
        self.with_breaker(|breaker| breaker.terms() == terms)
    }

    /// Asks or tells its breaker.
    pub fn with_breaker<T>(&self, act: impl FnOnce(&mut Breaker) -> T) -> T {
        act(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is demanded before an address is blocked for this alert, which is for this place: all that the routes demand which take it.
    pub fn demands(&self, alert: &Alert, place: &CloudPlace) -> Demands {
        let taking = self.routes.iter().filter(|route| route.takes(alert, place));
        taking.fold(Demands::default(), |all, route| all.and(&route.demands))
    }

    /// Whether it decides on this alert, which is for this place.
    pub fn takes(&self, alert: &Alert, place: &CloudPlace) -> bool {
        self.routes.iter().any(|route| route.takes(alert, place))
    }
}
