//! A door that is served, and the journal behind it. Nobody works on what comes in, unless a test does.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use quell::{
    clock::Clock,
    decision::ActionKind,
    door::Door,
    fact::NoObservations,
    hold::{Delivery, DeliveryState},
    report::Mode,
    way::{Host, Parts},
};
use quell_tests::{
    recorded,
    stand::{Stand, clouds, default_plugin, parts, routed},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long something may take that takes a second on an idle machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A door that is served.
pub(crate) struct Open {
    pub(crate) stand: Stand,
    pub(crate) host: Arc<Host>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Open {
    /// In front of a host that has room.
    pub(crate) async fn new(door: impl Door + 'static) -> anyhow::Result<Self> {
        let stand = Stand::new().await?;
        let host = Arc::clone(&stand.host);
        Ok(Self::before(stand, host, door))
    }

    /// In front of a host where no more than so many deliveries may wait.
    pub(crate) async fn with_room(queue: u32, door: impl Door + 'static) -> anyhow::Result<Self> {
        let stand = Stand::new().await?;
        let plugin = routed(default_plugin().await?, "{}", [ActionKind::Block]).await?;
        let clock: Arc<dyn Clock> = stand.clock.clone();
        let parts = parts(
            clouds([&stand.cloud]),
            Arc::new(NoObservations),
            &clock,
            &stand.journal,
            Mode::Observe,
            [plugin],
        );
        let host = Arc::new(Host::new(Parts { queue, ..parts }));
        Ok(Self::before(stand, host, door))
    }

    fn before(stand: Stand, host: Arc<Host>, door: impl Door + 'static) -> Self {
        let stop = CancellationToken::new();
        let serving = tokio::spawn(Box::new(door).serve(Arc::clone(&host), stop.clone()));
        Self {
            stand,
            host,
            stop,
            serving,
        }
    }

    /// Another door in front of the same host, after this one ended as in a crash.
    pub(crate) fn killed_and_then(self, door: impl Door + 'static) -> Self {
        self.serving.abort();
        Self::before(self.stand, self.host, door)
    }

    /// Closes the door, and waits until it is closed.
    pub(crate) async fn close(self) -> anyhow::Result<Stand> {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.serving).await??;
        Ok(self.stand)
    }

    /// What waits to be worked on.
    pub(crate) async fn waiting(&self) -> anyhow::Result<Vec<Delivery>> {
        Ok(self.stand.journal.waiting(self.stand.clock.now(), 10_000).await?)
    }

    /// Waits until so many deliveries wait to be worked on.
    pub(crate) async fn takes(&self, wanted: usize) -> anyhow::Result<Vec<Delivery>> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let waiting = self.waiting().await?;
            if waiting.len() == wanted {
                return Ok(waiting);
            }
            ensure!(
                Instant::now() < deadline,
                "{} wait, not {wanted}: {waiting:?}",
                waiting.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What the journal has of a delivery that failed.
    pub(crate) async fn failed(&self, id: &str) -> anyhow::Result<Delivery> {
        let id = quell::hold::DeliveryId::read(id);
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.stand.journal.delivery(&id).await? {
                Some(delivery) if delivery.state == DeliveryState::Failed => return Ok(delivery),
                other => ensure!(Instant::now() < deadline, "it did not fail: {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The recorded alert under another id.
pub(crate) fn alert(id: u64) -> String {
    recorded::changed(recorded::ATTACK, &[("id", serde_json::json!(id))])
}
