//! What can go wrong in the demo.

use std::io;

use crate::{cloud::CloudError, config::Invalid, daemon::DaemonError, hold::JournalError};

/// Why the demo broke off.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its files can't be written, or its simulations can't listen.
    #[error("the stage can't be set")]
    Stage(#[source] io::Error),
    /// Its configuration is wrong: a mistake in Quell.
    #[error("the demo's own configuration is wrong")]
    Configuration(#[from] Invalid),
    /// Its recorded alerts are wrong: a mistake in Quell.
    #[error("the demo's own recorded alerts are wrong")]
    Recorded(#[source] serde_json::Error),
    /// The daemon does not run.
    #[error(transparent)]
    Daemon(#[from] DaemonError),
    /// The HTTP door did not answer.
    #[error("the daemon's HTTP door does not answer")]
    Door(#[from] reqwest::Error),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The simulated account failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// Something did not happen in time, or not as it should.
    #[error("the demo went wrong: it is not so that {0}")]
    NotSo(&'static str),
    /// The story can't be printed.
    #[error("can't print")]
    Print(#[from] io::Error),
}
