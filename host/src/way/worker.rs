//! The worker: takes admitted deliveries out of the journal and works on them, a bounded number at a time.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{Host, WAITING_PLACES};
use crate::{hold::DeliveryId, text::with_causes};

/// How long until the worker looks again though nothing rang: for deliveries whose next attempt has come.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Runs until it is told to stop, and then ends what it is working on. The journal is the queue: what a crash interrupts is
/// found there by the next process.
pub async fn run(host: Arc<Host>, stop: CancellationToken) {
    // Who waits for a network ACL must not keep others from being decided on.
    let workers = host.parts.workers + WAITING_PLACES;
    let mut crew = Crew::default();
    while !stop.is_cancelled() {
        let is_idle = crew.hire(&host, workers).await == 0;
        tokio::select! {
            () = crew.one_done() => {}
            () = host.admitted.notified() => {}
            () = tokio::time::sleep(LOOK_AGAIN), if is_idle => {}
            () = stop.cancelled() => {}
        }
    }
    while !crew.tasks.is_empty() {
        crew.one_done().await;
    }
}

/// The deliveries that are being worked on.
#[derive(Default)]
struct Crew {
    tasks: JoinSet<()>,
    at_work: HashMap<task::Id, DeliveryId>,
}

impl Crew {
    /// Starts work on waiting deliveries while there are places, and says on how many.
    async fn hire(&mut self, host: &Arc<Host>, workers: usize) -> usize {
        let free = workers.saturating_sub(self.tasks.len());
        if free == 0 {
            return 0;
        }
        // Those at work wait in the journal's eyes too, so ask for that many more.
        let most = u32::try_from(workers.saturating_add(self.tasks.len())).unwrap_or(u32::MAX);
        let waiting = match host.parts.journal.waiting(host.parts.clock.now(), most).await {
            Ok(waiting) => waiting,
            Err(error) => {
                tracing::error!("deliveries could not be listed: {}; tried again", with_causes(&error));
                return 0;
            }
        };
        let at_work: HashSet<DeliveryId> = self.at_work.values().cloned().collect();
        let new = waiting
            .into_iter()
            .filter(|delivery| !at_work.contains(&delivery.id))
            .take(free);
        let mut hired = 0;
        for delivery in new {
            let (id, host) = (delivery.id.clone(), Arc::clone(host));
            let work = async move {
                if let Err(error) = host.work(&delivery).await {
                    tracing::error!(delivery = %delivery.id, "{}; it stays in the journal", with_causes(&error));
                }
            };
            let task = self.tasks.spawn(work);
            self.at_work.insert(task.id(), id);
            hired += 1;
        }
        hired
    }

    /// Waits until one is done. If none is at work it waits for ever.
    async fn one_done(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(Ok((task, ()))) => {
                self.at_work.remove(&task);
            }
            Some(Err(error)) => {
                let delivery = self.at_work.remove(&error.id());
                tracing::error!(
                    ?delivery,
                    "work on a delivery broke off: {error}; it stays in the journal"
                );
            }
            None => std::future::pending().await,
        }
    }
}
