//! Why a plugin can't be loaded.

use std::{io, path::PathBuf};

use crate::{
    digest::Digest,
    sandbox::{LoadError, SandboxError, SettingsError},
    trust::SignatureError,
};

/// Why a plugin can't be loaded. The host goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
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
         if you changed the plugin on purpose, `quell plugin lock` writes the digest", path.display()
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
    /// It is not known to be from whom it should be.
    #[error("plugin `{plugin}`: {} is not loaded", path.display())]
    Signature {
        /// The plugin.
        plugin: String,
        /// Its file.
        path: PathBuf,
        /// Why.
        #[source]
        source: SignatureError,
    },
    /// There is no built-in plugin of that name.
    #[error("there is no built-in plugin `{0}`; name its `file`")]
    NotBuiltIn(String),
    /// Its limits are out of their range.
    #[error(transparent)]
    Limits(#[from] SandboxError),
    /// A plugin can't be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A plugin does not take its settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}
