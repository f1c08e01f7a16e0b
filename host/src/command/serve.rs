//! `quell serve`: the daemon.

use std::net::SocketAddr;

use clap::Args;

use super::{Global, NotBuilt};
use crate::exit::{Exit, Failure, OrExit};

/// Take alerts by HTTP and act on them.
///
/// Listens until it is told to stop (Ctrl-C, SIGTERM), lets requests that have begun finish, and leaves what is in force in force.
/// Holds that ended while it was away are taken back when it starts.
///
/// A detector posts its alerts to /alerts/stealthwatch-cloud; /healthz says whether all is well.
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
        Err(NotBuilt("serve").into())
    }
}
