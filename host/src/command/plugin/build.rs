//! `quell plugin build`: from a plugin's source to a component.

use std::{fs, path::PathBuf};

use clap::Args;

use super::workshop;
use crate::{
    command::{
        Global,
        output::{StoryOutput, answer},
    },
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::build::{Builder, Built},
    sandbox::{Plugin, Use},
    text::bytes,
};

/// Build a plugin: from its source to a component.
///
/// The folder says the language: Cargo.toml, package.json or pyproject.toml. The component imports nothing but Quell's contract, is loaded once as
/// the host would load it, and lies in the folder's `target/`. What is missing on this machine is told, with the way to get it; packages that the
/// folder's lock file names are installed.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin build\n  quell plugin build block-scanners --out /etc/quell/block-scanners.wasm"
)]
pub(super) struct Build {
    /// The plugin's folder
    #[arg(default_value = ".", hide_default_value = true, value_name = "PATH")]
    path: PathBuf,
    /// Write the component here as well
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How to print what was built
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

impl Build {
    /// Builds it.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let path = self.path.clone();
        let built = tokio::task::spawn_blocking(move || Builder::new(path)?.build()).await?;
        let mut built = built.or_its_exit()?;
        let plugin = loaded(&built, global).await?;
        if let Some(out) = &self.out {
            fs::copy(&built.component, out).or_exit(Exit::Failed)?;
            built.component.clone_from(out);
        }
        match self.output {
            StoryOutput::Text => answer(story(&built, &plugin)),
            StoryOutput::Json => answer(serde_json::to_string_pretty(&built)?),
        }
    }
}

/// The plugin as the host has it, which no component is that the host would refuse.
async fn loaded(built: &Built, global: &Global) -> Result<Plugin, Failure> {
    let wasm = fs::read(&built.component)?;
    let sandbox = workshop(global)?.sandbox(Use::OneAtATime)?;
    let name = built.component.file_stem().unwrap_or_default().to_string_lossy();
    sandbox.load(&name, &wasm).await.or_exit(Exit::Input)
}

/// What was built, for a person.
fn story(built: &Built, plugin: &Plugin) -> String {
    let (description, inspection) = (plugin.description(), plugin.inspection());
    format!(
        "{} {} is built, in {}: {}\n  size     {}\n  sha256   {}\n  imports  {}",
        description.name,
        description.version,
        built.language,
        built.component.display(),
        bytes(built.bytes),
        built.digest,
        inspection.imports.join(", "),
    )
}
