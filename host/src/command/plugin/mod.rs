//! `quell plugin`: for those who write plugins. One file a subcommand.

mod build;
mod new;

use clap::{Args, Subcommand};

use super::Global;
use crate::exit::Failure;

/// Write, test, measure and prepare plugins.
///
/// None of it needs credentials or a daemon. Where a configuration is found, its limits are those that a plugin is measured by.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin new block-scanners --language rust\n  quell plugin build block-scanners"
)]
pub struct PluginCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    New(new::New),
    Build(build::Build),
}

impl PluginCommand {
    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let _ = global;
        match self.what {
            What::New(new) => new.run(),
            What::Build(build) => build.run().await,
        }
    }
}
