//! The daemon: one host, its doors, the worker and the timer, until it is told to stop.

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    door::DoorError,
    exit::{Classified, Exit},
    setup::{
        self, Purpose, SetupError, Writer,
        reload::{Content, Reloader, Watch},
    },
    way::{Host, feedback, timer, worker},
};

/// Why the daemon does not run.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// It can't be set up.
    #[error("Quell can't start")]
    Setup(#[from] SetupError),
    /// A door can't be opened.
    #[error(transparent)]
    Door(DoorError),
    /// It can't wait for SIGHUP.
    #[error("can't wait for SIGHUP")]
    Watch(#[source] io::Error),
    /// A part of it broke off.
    #[error("a part of the daemon broke off: {0}")]
    BrokeOff(String),
}

impl Classified for DaemonError {
    fn exit(&self) -> Exit {
        match self {
            Self::Setup(error) => error.exit(),
            Self::Door(_) | Self::Watch(_) | Self::BrokeOff(_) => Exit::Failed,
        }
    }
}

/// A daemon that runs.
pub struct Daemon {
    host: Arc<Host>,
    address: SocketAddr,
    stop: CancellationToken,
    /// The doors, the worker, the timer, and who watches for changes. None of them ends before it is told to.
    parts: JoinSet<()>,
    _writer: Writer,
}

impl Daemon {
    /// Starts everything. When this returns the doors are open.
    pub async fn start(config: &Config) -> Result<Self, DaemonError> {
        let (journal, writer) = setup::journal::to_write(&config.journal).await?;
        let host = Arc::new(setup::host_with(config, Purpose::Daemon, journal).await?);
        Self::run(host, config, writer).await
    }

    /// As [`Self::start`], and takes over what changes in the file that the configuration stands in, and in its plugins. `as_in_file` is the configuration without
    /// what the command line changes in it.
    pub async fn start_watching(config: &Config, file: &Path, as_in_file: Config) -> Result<Self, DaemonError> {
        let (journal, writer) = setup::journal::to_write(&config.journal).await?;
        let content = Content::of(as_in_file.clone());
        let (host, sandbox) = setup::reloadable_host(config, journal).await?;
        let host = Arc::new(host);
        let reloader = Reloader::new(file.to_owned(), as_in_file, content, Arc::clone(&host), sandbox);
        let watch = Watch::begin(reloader).map_err(DaemonError::Watch)?;
        let mut daemon = Self::run(host, config, writer).await?;
        daemon.parts.spawn(watch.run(daemon.stop.clone()));
        Ok(daemon)
    }

    /// Starts everything around a host that is set up already.
    pub async fn run(host: Arc<Host>, config: &Config, writer: Writer) -> Result<Self, DaemonError> {
        let doors = setup::doors::open(config).await.map_err(|error| match error {
            SetupError::Door(door) => DaemonError::Door(door),
            error => error.into(),
        })?;
        let stop = CancellationToken::new();
        let mut parts = JoinSet::new();
        for door in doors.all {
            tracing::info!(door = door.kind(), at = door.place(), "a door is open");
            parts.spawn(door.serve(Arc::clone(&host), stop.clone()));
        }
        parts.spawn(worker::run(Arc::clone(&host), stop.clone()));
        parts.spawn(timer::run(Arc::clone(&host), stop.clone()));
        parts.spawn(feedback::run(Arc::clone(&host), stop.clone()));
        Ok(Self {
            address: doors.address,
            parts,
            host,
            stop,
            _writer: writer,
        })
    }

    /// The address that the HTTP door listens on.
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

    /// Closes the doors, ends what is under way, and returns when all of it has ended. Holds stay in force.
    pub async fn stop(mut self) -> Result<(), DaemonError> {
        self.stop.cancel();
        while let Some(ended) = self.parts.join_next().await {
            ended.map_err(|error| DaemonError::BrokeOff(error.to_string()))?;
        }
        Ok(())
    }
}
