//! `quell plugin new`: a folder to begin a plugin in.

use std::path::PathBuf;

use clap::Args;

use crate::{
    command::output::answer,
    exit::{Failure, OrItsExit},
    kit::{
        build::Language,
        new::{self, PluginName},
    },
};

/// Begin a plugin: a folder that builds, with a decision, settings, tests and two recorded alerts.
///
/// The plugin blocks for an hour whoever tried too often to access an instance: the same rule in each language, to be replaced by yours. Everything
/// that it needs of Quell is in the folder; its README says what to run.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin new block-scanners --language rust\n  quell plugin new block-scanners --language python --path plugins/mine"
)]
pub(super) struct New {
    /// The plugin's name: lower case words joined by `-`
    #[arg(value_name = "NAME")]
    name: PluginName,
    /// What to write it in
    #[arg(long, short, value_enum)]
    language: Language,
    /// The folder to write, which must not be there [default: NAME]
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
}

impl New {
    /// Writes it.
    pub(super) fn run(self) -> Result<(), Failure> {
        let folder = self.path.unwrap_or_else(|| self.name.as_str().into());
        new::write(&self.name, self.language, &folder).or_its_exit()?;
        let (name, language, folder) = (&self.name, self.language, folder.display());
        answer(format!(
            "{folder} has the plugin {name}, in {language}. Its README.md says what is what; begin with\n\n  \
             quell plugin test {folder}     build it, and try it on its recorded alerts"
        ))
    }
}
