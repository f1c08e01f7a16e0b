//! The daemon: one host, the HTTP door, the worker and the timer, until it is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    door::http::{HttpDoor, HttpError, HttpOptions},
    exit::{Classified, Exit},
    setup::{self, Purpose, SetupError, WriterLock},
    way::{Host, timer, worker},
};

/// How long one request may take. SNS gives up after 15 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the daemon does not run.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// It can't be set up.
    #[error("Quell can't start")]
    Setup(#[from] SetupError),
    /// The door can't be opened.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A part of it broke off.
    #[error("a part of the daemon broke off: {0}")]
    BrokeOff(String),
}

impl Classified for DaemonError {
    fn exit(&self) -> Exit {
        match self {
            Self::Setup(error) => error.exit(),
            Self::Http(_) | Self::BrokeOff(_) => Exit::Failed,
        }
    }
}

/// A daemon that runs.
pub struct Daemon {
    host: Arc<Host>,
    address: SocketAddr,
    stop: CancellationToken,
    /// The door, the worker and the timer. None of them ends before it is told to.
    parts: JoinSet<()>,
    _only_writer: WriterLock,
}

impl Daemon {
    /// Starts everything. When this returns the door is open.
    pub async fn start(config: &Config) -> Result<Self, DaemonError> {
        let only_writer = WriterLock::take(&config.journal.path)?;
        let host = Arc::new(setup::host(config, Purpose::Daemon).await?);
        Self::run(host, config, only_writer).await
    }

    /// Starts everything around a host that is set up already.
    pub async fn run(host: Arc<Host>, config: &Config, only_writer: WriterLock) -> Result<Self, DaemonError> {
        // Whoever had a lease does not live any more: we have the lock.
        host.journal().break_leases().await.map_err(SetupError::from)?;
        let token = config.http.token().map(|secret| secret.read()).transpose();
        let door = HttpDoor::open(HttpOptions {
            listen: config.http.listen(),
            token: token.map_err(SetupError::Secret)?,
            max_body: config.http.max_body,
            timeout: REQUEST_TIMEOUT,
            grace: config.http.shutdown_grace.0,
        })
        .await?;
        let stop = CancellationToken::new();
        let address = door.address();
        let mut parts = JoinSet::new();
        parts.spawn(door.serve(Arc::clone(&host), stop.clone()));
        parts.spawn(worker::run(Arc::clone(&host), stop.clone()));
        parts.spawn(timer::run(Arc::clone(&host), stop.clone()));
        Ok(Self {
            address,
            parts,
            host,
            stop,
            _only_writer: only_writer,
        })
    }

    /// The address that the door listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The host inside.
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Waits until a part of it ends though nobody told it to. A daemon that goes on without its worker or timer would look alive and do nothing.
    pub async fn broke_off(&mut self) -> DaemonError {
        match self.parts.join_next().await {
            Some(Err(error)) => DaemonError::BrokeOff(error.to_string()),
            Some(Ok(())) | None => DaemonError::BrokeOff("it ended by itself".to_owned()),
        }
    }

    /// Closes the door, ends what is under way, and returns when all of it has ended. Holds stay in force.
    pub async fn stop(mut self) -> Result<(), DaemonError> {
        self.stop.cancel();
        while let Some(ended) = self.parts.join_next().await {
            ended.map_err(|error| DaemonError::BrokeOff(error.to_string()))?;
        }
        Ok(())
    }
}
