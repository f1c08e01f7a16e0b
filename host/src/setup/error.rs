//! Why a host can't be set up.

use std::{io, path::PathBuf};

use crate::{
    cloud::{CloudPlace, simulated::AccountError},
    door::DoorError,
    exit::{Classified, Exit},
    fact::stealthwatch::OptionsError,
    hold::JournalError,
    record::redact::NoKey,
    sandbox::SandboxError,
    secret::SecretError,
};

/// Why a host can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The journal can't be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Another process writes.
    #[error("another Quell works on this journal ({}); stop it, or let it do the work", path.display())]
    Locked {
        /// The lock's file.
        path: PathBuf,
    },
    /// The lock's file can't be made.
    #[error("can't lock the journal with {}", path.display())]
    Lock {
        /// The lock's file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A door can't be opened.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// The simulated account can't be read.
    #[error("the simulated account can't be used (simulated.account-file)")]
    Account(#[source] AccountError),
    /// Two simulated accounts for one place.
    #[error("{place} is in two of the files of simulated.account-file: give one of them another account or region")]
    SamePlace {
        /// The account and region.
        place: CloudPlace,
    },
    /// This binary has no AWS side.
    #[error(
        "this Quell was built without AWS; build it with its default features, or configure [simulated] instead of [aws]"
    )]
    WithoutAws,
    /// A secret can't be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There is no key for the redaction of recordings.
    #[error(transparent)]
    NoKey(#[from] NoKey),
    /// The Stealthwatch Cloud API can't be asked.
    #[error("[stealthwatch-cloud] can't be used")]
    Stealthwatch(#[from] OptionsError),
    /// The sandbox can't be made.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

impl Classified for SetupError {
    fn exit(&self) -> Exit {
        match self {
            Self::Journal(_)
            | Self::Locked { .. }
            | Self::Lock { .. }
            | Self::Door(_)
            | Self::Sandbox(_)
            | Self::NoKey(_) => Exit::Failed,
            Self::Account(_) | Self::SamePlace { .. } | Self::WithoutAws | Self::Secret(_) | Self::Stealthwatch(_) => {
                Exit::Configuration
            }
        }
    }
}
