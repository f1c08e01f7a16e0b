//! `quell serve`: the daemon.

use std::{io, net::SocketAddr};

use clap::Args;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Global;
use crate::{
    daemon::Daemon,
    exit::{Exit, Failure, OrExit, OrItsExit},
};

/// Take alerts by HTTP and act on them.
///
/// Listens until it is told to stop (Ctrl-C, SIGTERM), lets requests that have begun finish, and leaves what is in force in force.
/// Holds that ended while it was away are taken back when it starts.
///
/// A changed configuration or plugin is taken over without a restart, at once or on SIGHUP; if it is bad the last good one goes on, and the log says why. A plugin that can't be
/// loaded keeps neither Quell nor the others from working: `quell plugin list` tells.
///
/// A detector posts its alerts to /alerts/stealthwatch-cloud or /alerts/guardduty; what became of one is at the address that the answer's Location
/// header names. /healthz says whether the door is open.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell serve --config quell.toml --listen 127.0.0.1:8480\n  \
    curl --data-binary @alert.json http://127.0.0.1:8480/alerts/stealthwatch-cloud"
)]
pub struct Serve {
    /// The address and port to listen on, in place of the configuration's
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
}

impl Serve {
    /// Runs until it is told to stop.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let (file, as_in_file) = global.config_and_its_file()?;
        let mut config = as_in_file.clone();
        if let Some(listen) = self.listen {
            config.http = config.http.listening_on(listen).or_exit(Exit::Configuration)?;
        }
        // From here on a signal no longer just ends the process, so whoever starts us may stop us as soon as the door is open.
        let stop = StopSignal::expect()?;
        let mut daemon = Box::pin(Daemon::start_watching(&config, &file, as_in_file))
            .await
            .or_its_exit()?;
        tracing::info!(address = %daemon.address(), "listening");
        tokio::select! {
            () = stop.received() => {}
            // Whoever started us starts us again, and the journal has all that was under way.
            error = daemon.broke_off() => return Err(error).or_its_exit(),
        }
        tracing::info!("stopping; what is in force stays in force");
        daemon.stop().await.or_its_exit()
    }
}

/// Ctrl-C or SIGTERM.
#[cfg(unix)]
struct StopSignal {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl StopSignal {
    /// From now on the signals are waited for.
    fn expect() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for either.
    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct StopSignal;

#[cfg(not(unix))]
impl StopSignal {
    fn expect() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
