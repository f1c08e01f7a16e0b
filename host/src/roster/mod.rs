//! The roster: which plugins are in force, on which alerts each decides, and what happens if one can't.
//!
//! An alert takes a [`Snapshot`] when it begins and keeps it to its end, so a reload in between neither takes its plugin away nor mixes two
//! configurations in one decision. Plugins that could not be loaded are in the roster too, with the reason: an alert that is routed to one must fail and be
//! kept, not go by as if nobody were to decide on it.

mod breaker;
mod failure;
mod route;
mod routed;
mod snapshot;

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    breaker::{Breaker, BreakerTerms, Leave, Turn},
    failure::NotAsked,
    route::{KindPattern, Route},
    routed::{OnFailure, Routed},
    snapshot::{Answers, Snapshot},
};

/// The plugins and rules in force. A reload puts a new snapshot in the place of the old one.
///
/// An `ArcSwap` and not a watch channel, because nobody waits here: an alert takes what is there, without a lock that it could hold over an `await`, and the old
/// snapshot lives as long as the last alert that took it.
pub struct Roster {
    in_force: ArcSwap<Snapshot>,
    refused: ArcSwapOption<Refused>,
}

/// A reload that was refused: what was in force goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

impl Roster {
    /// A roster with this in force.
    pub fn new(snapshot: Snapshot) -> Self {
        Self {
            in_force: ArcSwap::from_pointee(snapshot),
            refused: ArcSwapOption::empty(),
        }
    }

    /// What is in force at this moment.
    pub fn now(&self) -> Arc<Snapshot> {
        self.in_force.load_full()
    }

    /// Puts this in force, for all alerts that begin from now on.
    pub(crate) fn replace(&self, snapshot: Snapshot) {
        self.in_force.store(Arc::new(snapshot));
    }

    /// Notes that the newest reload was refused; or, with None, that it was not.
    pub(crate) fn note_refused(&self, refused: Option<Refused>) {
        self.refused.store(refused.map(Arc::new));
    }

    /// The newest reload, if it was refused.
    pub fn refused(&self) -> Option<Arc<Refused>> {
        self.refused.load_full()
    }
}
