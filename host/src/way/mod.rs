//! The way of an alert, put together: admit, decide, guard, hold, converge.
//!
//! The doors call [`Host::receive`]; the [`worker`] takes what was received through [`Host::work`]; `quell explain` goes the same way with
//! [`Host::explain`] and writes nothing.

mod carry_out;
mod consider;
mod ending;
pub mod evaluate;
mod history;
pub mod order;
mod place;
pub mod receive;
pub mod retry;
mod surroundings;
pub mod timer;
pub mod work;
pub mod worker;

use std::{collections::BTreeSet, sync::Arc};

use jiff::SignedDuration;
use tokio::sync::{Notify, Semaphore};

pub use self::receive::{Receipt, ReceiveError};
use crate::{
    alert::{Alert, Detector},
    clock::Clock,
    cloud::{Cloud, Clouds},
    converge::Converger,
    decision::ActionKind,
    fact::{HistorySource, LiveFacts, Memo, ObservationSource},
    guard::Rules,
    hold::Journal,
    report::Mode,
    sandbox::Plugin,
};

/// A plugin, what it gets and what it may do.
#[derive(Debug, Clone)]
pub struct Routed {
    /// Its name in the configuration.
    pub name: String,
    /// The plugin.
    pub plugin: Plugin,
    /// Its settings: the text of a JSON object that it validated.
    pub settings: String,
    /// The detectors whose alerts it decides on.
    pub detectors: BTreeSet<Detector>,
    /// The kinds of action that it may ask for.
    pub may: BTreeSet<ActionKind>,
}

/// What a host is made of.
pub struct Parts {
    /// The plugins, in the order in which they are asked.
    pub plugins: Vec<Routed>,
    /// Every account and region that alerts may concern. What is read here may be some seconds old.
    pub clouds: Arc<Clouds>,
    /// Where observations come from.
    pub observations: Arc<dyn ObservationSource>,
    /// The journal.
    pub journal: Arc<dyn Journal>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The only writer.
    pub converger: Converger,
    /// The guards' rules.
    pub rules: Rules,
    /// Whether to enforce or to observe.
    pub mode: Mode,
    /// How many deliveries may wait.
    pub queue: u32,
    /// How many alerts are decided on at the same time.
    pub workers: usize,
    /// How long the journal keeps what is over.
    pub keep: SignedDuration,
}

/// How many alerts may wait for their network ACL at the same time. More than that is a storm: then their holds are in force, and the timer brings
/// the ACL to them.
const WAITING_PLACES: usize = 32;

/// A host: everything that an alert meets on its way.
pub struct Host {
    parts: Parts,
    /// Rung when a delivery was admitted, so that the worker need not wait for its next look.
    admitted: Notify,
    /// Rung when holds changed, so that the timer need not oversleep a new one's end.
    held: Notify,
    /// The places of those who are decided on.
    deciding: Semaphore,
    /// The places of those who wait for their network ACL.
    waiting: Semaphore,
}

impl Host {
    /// A host of these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            deciding: Semaphore::new(parts.workers),
            waiting: Semaphore::new(WAITING_PLACES),
            parts,
            admitted: Notify::new(),
            held: Notify::new(),
        }
    }

    /// The journal, for those who list.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.parts.journal
    }

    /// The accounts and regions, for those who look.
    pub fn clouds(&self) -> &Arc<Clouds> {
        &self.parts.clouds
    }

    /// The facts of one alert, which is for this cloud, each fetched once.
    fn facts(&self, alert: &Alert, cloud: &Arc<dyn Cloud>) -> Arc<Memo> {
        let history: Arc<dyn HistorySource> = Arc::new(history::JournalHistory {
            journal: Arc::clone(&self.parts.journal),
            clock: Arc::clone(&self.parts.clock),
        });
        let live = LiveFacts::new(alert, Arc::clone(&self.parts.observations), Arc::clone(cloud), history);
        Arc::new(Memo::new(Arc::new(live)))
    }
}
