//! The way of an alert, put together: admit, decide, guard, hold, converge.
//!
//! The doors call [`Host::receive_all`]; the [`worker`] takes what was received through [`Host::work`]; `quell explain` goes the same way with
//! [`Host::explain`] and writes nothing.

mod ahead;
mod carry_out;
mod consider;
mod ending;
mod ends;
pub mod evaluate;
mod evidence;
pub mod feedback;
mod held_back;
mod history;
mod inquiry;
pub mod listing;
mod obstacle;
pub mod order;
mod place;
pub mod receive;
pub mod recording;
pub mod retry;
mod rewrite;
pub mod scrape;
mod sight;
mod surroundings;
mod take_over;
pub mod tick;
pub mod timer;
mod waiting;
pub mod work;
pub mod worker;

use std::sync::{Arc, atomic::AtomicBool};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, Semaphore};

pub use self::{
    obstacle::Obstacle,
    receive::{Admitted, Receipt, ReceiveError, Received},
};
use crate::{
    alert::{Alert, Decoders},
    checkpoint::{Checkpoints, KeepError},
    clock::Clock,
    cloud::{Cloud, Clouds},
    converge::Converger,
    ends::Ends,
    fact::{HistorySource, LiveFacts, Memo, ObservationSource, observation},
    feedback::Tellers,
    hold::Journal,
    metrics::Counters,
    record::Recorder,
    report::Mode,
    roster::Roster,
};

/// What a host is made of.
pub struct Parts {
    /// What reads alerts.
    pub decoders: Decoders,
    /// The plugins and the guards' rules.
    pub roster: Arc<Roster>,
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
    /// Whether to enforce or to observe.
    pub mode: Mode,
    /// How many deliveries may wait.
    pub queue: u32,
    /// How many alerts are decided on at the same time.
    pub workers: usize,
    /// How long the journal keeps what is over.
    pub keep: SignedDuration,
    /// What this process counts.
    pub counters: Arc<Counters>,
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
    /// Whose turn it is to count the instances that were changed.
    changing: Arc<tokio::sync::Mutex<()>>,
    /// The places of those who wait for their network ACL.
    waiting: Semaphore,
    /// What was never blocked when everything in force was last brought to it.
    never_blocked: std::sync::Mutex<Option<u64>>,
    /// Whether something may wait for people, by a rule of today or by one that was in force when the journal was last written.
    may_wait: AtomicBool,
    recorder: Option<Recorder>,
    ends: Option<Arc<dyn Ends>>,
    tellers: Option<Tellers>,
    checkpoints: Option<Checkpoints>,
    /// Rung when a detector is to be told something.
    owing: Notify,
}

impl Host {
    /// A host of these parts.
    pub fn new(parts: Parts) -> Self {
        for detector in parts.decoders.detectors() {
            parts.counters.expect(detector);
        }
        Self {
            deciding: Semaphore::new(parts.workers),
            changing: Arc::default(),
            waiting: Semaphore::new(WAITING_PLACES),
            parts,
            admitted: Notify::new(),
            held: Notify::new(),
            never_blocked: std::sync::Mutex::default(),
            may_wait: AtomicBool::new(true),
            recorder: None,
            ends: None,
            tellers: None,
            checkpoints: None,
            owing: Notify::new(),
        }
    }

    /// The journal, for those who list.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.parts.journal
    }

    /// What time it is, for the doors: messages tell when they were sent.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Makes checkpoints of the journal's ledger, from now on.
    pub fn set_checkpoints(&mut self, checkpoints: Checkpoints) {
        self.checkpoints = Some(checkpoints);
    }

    /// Makes a checkpoint of the journal's ledger, if there is a place for them and its time has come.
    ///
    /// # Errors
    /// If it could not be made; it is due again the next time.
    pub async fn make_checkpoint(&self) -> Result<(), KeepError> {
        if let Some(checkpoints) = &self.checkpoints {
            let made = checkpoints.keep(&*self.parts.journal, self.parts.clock.now()).await?;
            if made {
                tracing::debug!("a checkpoint of the ledger was made");
            }
        }
        Ok(())
    }

    /// What this process counts, for the doors.
    pub fn counters(&self) -> &Arc<Counters> {
        &self.parts.counters
    }

    /// What reads alerts, for the doors: which detectors there are.
    pub fn decoders(&self) -> &Decoders {
        &self.parts.decoders
    }

    /// The plugins and the guards' rules, for those who look and those who reload.
    pub fn roster(&self) -> &Arc<Roster> {
        &self.parts.roster
    }

    /// The accounts and regions, for those who look.
    pub fn clouds(&self) -> &Arc<Clouds> {
        &self.parts.clouds
    }

    /// The facts of one alert, which is for this cloud and came at this time if it ever did, each fetched once.
    fn facts(&self, alert: &Alert, cloud: &Arc<dyn Cloud>, arrival: Option<Timestamp>) -> Arc<Memo> {
        let history: Arc<dyn HistorySource> = Arc::new(history::JournalHistory {
            journal: Arc::clone(&self.parts.journal),
            clock: Arc::clone(&self.parts.clock),
            arrival,
        });
        let carried = observation::carried(alert, &self.parts.decoders);
        let observations = Arc::clone(&self.parts.observations);
        let live = LiveFacts::new(alert, carried, observations, Arc::clone(cloud), history);
        Arc::new(Memo::new(Arc::new(live)))
    }
}
