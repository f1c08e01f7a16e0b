//! `quell plugin`: for those who write plugins, and those who run them. One file a subcommand.

mod bench;
mod build;
mod compile;
mod inspect;
mod list;
mod lock;
mod new;
mod test;

use clap::{Args, Subcommand};

use super::Global;
use crate::{
    config::{Config, ConfigError},
    exit::{Exit, Failure},
    kit::workshop::Workshop,
};

/// Write, test, measure, prepare, pin and list plugins.
///
/// None of it needs credentials or a daemon. Where a configuration is found, its limits are those that a plugin is measured by.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin new block-scanners --language rust\n  quell plugin build block-scanners\n  \
    quell plugin inspect block-scanners/target/block-scanners.wasm"
)]
pub struct PluginCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    New(new::New),
    Build(build::Build),
    Test(test::Test),
    Inspect(inspect::Inspect),
    Bench(bench::Bench),
    List(list::List),
    Lock(lock::LockCommand),
    Compile(compile::Compile),
}

impl PluginCommand {
    /// Whether it only lists.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.what, What::List(_))
    }

    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.what {
            What::New(new) => new.run(),
            What::Build(build) => build.run(global).await,
            What::Test(test) => test.run(global).await,
            What::Inspect(inspect) => inspect.run(global).await,
            What::Bench(bench) => bench.run(global).await,
            What::List(list) => list.run(global).await,
            What::Lock(lock) => lock.run(global),
            What::Compile(compile) => compile.run(global).await,
        }
    }
}

/// Where plugins are run: with the limits of the configuration, if there is one.
pub(super) fn workshop(global: &Global) -> Result<Workshop, Failure> {
    match Config::find(global.config.as_deref()) {
        Ok((_, config)) => Ok(Workshop {
            limits: config.sandbox.limits,
        }),
        Err(ConfigError::NotFound(_)) if global.config.is_none() => Ok(Workshop::default()),
        Err(error) => Err(Failure::new(Exit::Configuration, error)),
    }
}
