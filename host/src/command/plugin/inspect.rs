//! `quell plugin inspect`: what a plugin is, and what it may do.

use clap::Args;

use super::workshop;
use crate::{
    builtin,
    command::{
        Global,
        output::{StoryOutput, answer},
    },
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::{component::Component, inspected::Inspected},
    sandbox::Use,
};

/// Tell what a plugin is: its name, version, contract, imports, settings, limits, digest and size.
///
/// The plugin is asked to describe itself, in the sandbox; it decides on nothing.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin inspect target/mine.wasm\n  quell plugin inspect nacl-block --output json | jq .sha256"
)]
pub(super) struct Inspect {
    /// The component: a file, or the name of a plugin that comes with the binary
    #[arg(value_name = "FILE|NAME", default_value = builtin::DEFAULT)]
    plugin: Component,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

impl Inspect {
    /// Prints what there is to know.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let component = self.plugin.read().or_its_exit()?;
        // As `test` compiles it, so that what was compiled there need not be compiled again.
        let sandbox = workshop(global)?.sandbox(Use::Measure).or_exit(Exit::Failed)?;
        let plugin = sandbox
            .load(&self.plugin.name(), &component)
            .await
            .or_exit(Exit::Input)?;
        let inspected = Inspected::of(&plugin);
        match self.output {
            StoryOutput::Text => answer(inspected.to_string().trim_end()),
            StoryOutput::Json => answer(serde_json::to_string_pretty(&inspected)?),
        }
    }
}
