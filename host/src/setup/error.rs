//! Why a host can't be set up.

use std::{io, path::PathBuf};

use crate::{
    cloud::{CloudPlace, simulated::AccountError},
    config::SecretError,
    digest::Digest,
    exit::{Classified, Exit},
    fact::stealthwatch::OptionsError,
    hold::JournalError,
    sandbox::{LoadError, SandboxError, SettingsError},
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
    /// The Stealthwatch Cloud API can't be asked.
    #[error("[stealthwatch-cloud] can't be used")]
    Stealthwatch(#[from] OptionsError),
    /// The sandbox can't be made.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// A plugin's file can't be read.
    #[error("plugin `{plugin}`: can't read {}", path.display())]
    Unreadable {
        /// The plugin.
        plugin: String,
        /// Its file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// A plugin's file is not the one that the configuration means.
    #[error(
        "plugin `{plugin}`: {} has the digest {found}, the configuration allows only {pinned}; \
         if you changed the plugin on purpose, change its sha256 too", path.display()
    )]
    OtherDigest {
        /// The plugin.
        plugin: String,
        /// Its file.
        path: PathBuf,
        /// The digest of what is there.
        found: Digest,
        /// The digest that the configuration allows.
        pinned: Digest,
    },
    /// There is no built-in plugin of that name.
    #[error("there is no built-in plugin `{0}`; name its file and sha256")]
    NoSuchPlugin(String),
    /// A plugin can't be loaded.
    #[error("plugin can't be loaded")]
    Load(#[from] LoadError),
    /// A plugin does not take its settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

impl Classified for SetupError {
    fn exit(&self) -> Exit {
        match self {
            Self::Journal(_) | Self::Locked { .. } | Self::Lock { .. } | Self::Sandbox(_) => Exit::Failed,
            Self::Settings(SettingsError::Call(_)) => Exit::Failed,
            Self::Account(_)
            | Self::SamePlace { .. }
            | Self::WithoutAws
            | Self::Secret(_)
            | Self::Stealthwatch(_)
            | Self::Unreadable { .. }
            | Self::OtherDigest { .. }
            | Self::NoSuchPlugin(_)
            | Self::Load(_)
            | Self::Settings(SettingsError::Wrong { .. }) => Exit::Configuration,
        }
    }
}
