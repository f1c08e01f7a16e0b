//! Why a plugin could not be built.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

use super::Language;
use crate::exit::{Classified, Exit};

/// Why a plugin could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The folder holds no plugin.
    #[error(
        "there is no plugin in {}: it has no Cargo.toml, no package.json and no pyproject.toml; `quell plugin new` makes one", folder.display()
    )]
    NoPlugin {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder holds the manifests of two languages.
    #[error(
        "{} has both a {one} and a {other}, so it is not clear which is the plugin's: give each plugin a folder of its own", folder.display()
    )]
    Ambiguous {
        /// The folder.
        folder: PathBuf,
        /// One manifest.
        one: &'static str,
        /// Another.
        other: &'static str,
    },
    /// A tool is not on this machine.
    #[error("`{tool}` is not on this machine, or not on PATH: {remedy}")]
    NoTool {
        /// The tool.
        tool: &'static str,
        /// How to get it.
        remedy: &'static str,
    },
    /// A tool is there and too old.
    #[error("`{tool}` is {has}, and at least {needs} is needed: {remedy}")]
    OldTool {
        /// The tool.
        tool: &'static str,
        /// Its version.
        has: String,
        /// The oldest that will do.
        needs: &'static str,
        /// How to get a newer one.
        remedy: &'static str,
    },
    /// A file that the plugin needs is not there.
    #[error("{} is not there: {remedy}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// What to do about it.
        remedy: &'static str,
    },
    /// The manifest does not say what it must.
    #[error("{} {problem}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// Packages could not be installed.
    #[error(
        "`{command}` failed ({status}), and its messages are above: it needs the network once; without one, run it where there is one and copy \
         {installed} here"
    )]
    Install {
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The directory that it makes.
        installed: &'static str,
    },
    /// The Rust side could not build.
    #[error(transparent)]
    Cargo(quell_plugin_build::BuildError),
    /// The language's tools refused the plugin's source.
    #[error("the {language} plugin can't be built:\n{message}")]
    Source {
        /// The language.
        language: Language,
        /// What its tools say.
        message: String,
    },
    /// A tool ended without an answer.
    #[error("`{tool}` ended before it was done ({status}); what it said is above")]
    Died {
        /// The tool.
        tool: &'static str,
        /// How it ended.
        status: String,
    },
    /// A tool took too long and was ended.
    #[error(
        "`{tool}` was not done after {} s and was ended: look for an endless loop at the top level of the plugin, which is run when it is built",
        limit.as_secs()
    )]
    TimedOut {
        /// The tool.
        tool: &'static str,
        /// How long it was given.
        limit: Duration,
    },
    /// A file or a program could not be used.
    #[error("can't use {}", path.display())]
    Io {
        /// The file or program.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl From<quell_plugin_build::BuildError> for BuildError {
    fn from(error: quell_plugin_build::BuildError) -> Self {
        Self::Cargo(error)
    }
}

impl Classified for BuildError {
    fn exit(&self) -> Exit {
        use quell_plugin_build::BuildError::{NoTarget, Run};
        match self {
            // What this machine lacks is no fault of the plugin's.
            Self::Cargo(Run { .. } | NoTarget) => Exit::Failed,
            Self::NoPlugin { .. }
            | Self::Ambiguous { .. }
            | Self::NoFile { .. }
            | Self::Manifest { .. }
            | Self::Cargo(_)
            | Self::Source { .. } => Exit::Input,
            _ => Exit::Failed,
        }
    }
}
