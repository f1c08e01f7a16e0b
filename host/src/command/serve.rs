//! `quell serve`: the daemon.

use std::net::SocketAddr;

use clap::Args;

use super::Global;
use crate::{
    daemon::Daemon,
    exit::{Exit, Failure, OrExit},
};

/// Take alerts by HTTP and act on them.
///
/// Listens until it is told to stop (Ctrl-C, SIGTERM), lets requests that have begun finish, and leaves what is in force in force.
/// Holds that ended while it was away are taken back when it starts.
///
/// A detector posts its alerts to /alerts/stealthwatch-cloud; what became of one is at the address that the answer's Location header names.
/// /healthz says whether the door is open.
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
        let mut config = global.config()?;
        if let Some(listen) = self.listen {
            config.http = config.http.listening_on(listen).or_exit(Exit::Configuration)?;
        }
        let daemon = Daemon::start(&config).await?;
        tracing::info!(address = %daemon.address(), "listening");
        stop_signal().await;
        tracing::info!("stopping; what is in force stays in force");
        Ok(daemon.stop().await?)
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn stop_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
