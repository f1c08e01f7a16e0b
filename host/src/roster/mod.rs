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

use arc_swap::ArcSwap;

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
pub struct Roster(ArcSwap<Snapshot>);

impl Roster {
    /// A roster with this in force.
    pub fn new(snapshot: Snapshot) -> Self {
        Self(ArcSwap::from_pointee(snapshot))
    }

    /// What is in force at this moment.
    pub fn now(&self) -> Arc<Snapshot> {
        self.0.load_full()
    }

    /// Puts this in force, for all alerts that begin from now on.
    pub fn replace(&self, snapshot: Snapshot) {
        self.0.store(Arc::new(snapshot));
    }
}
