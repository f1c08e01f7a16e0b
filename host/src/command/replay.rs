//! `quell replay`: what would have been different over recorded alerts.

use std::path::PathBuf;

use clap::Args;

use super::{
    Global,
    output::{StoryOutput, answer},
    plugin::workshop,
};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    duration::HumanDuration,
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::{component::Component, replay::Change},
    record,
    sandbox::{Plugin, Sandbox, Use},
    setup,
};

/// Tell what would have been different over recorded alerts with another plugin, other settings or other guards.
///
/// Each recorded alert is decided again with the recorded facts, and the guards are heard. The other side is what was recorded, or what `--against` decides. A table
/// tells what it comes to, and below it stands each difference. Nothing is written, and nothing is asked of AWS.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell replay recordings --plugin new.wasm\n  quell replay recordings --plugin new.wasm --against old.wasm\n  \
    quell replay /var/lib/quell/journal.sqlite --since 30d --plugin nacl-block --guards stricter.toml"
)]
pub struct Replay {
    /// A folder of recordings, one recording, or a journal
    #[arg(value_name = "RECORDINGS")]
    recordings: PathBuf,
    /// The plugin that decides: a component's file, or the name of a plugin that comes with the binary
    #[arg(long, value_name = "FILE|NAME")]
    plugin: Component,
    /// The plugin to compare with, in place of what was recorded
    #[arg(long, value_name = "FILE|NAME")]
    against: Option<Component>,
    /// Settings for `--plugin`, a JSON object, in place of the recorded ones
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A file with a `[guard]` table as in quell.toml, in place of the recorded rules
    #[arg(long, value_name = "FILE")]
    guards: Option<PathBuf>,
    /// Of a journal, only alerts that were received at most so long ago, such as 30d
    #[arg(long, value_name = "DURATION")]
    since: Option<HumanDuration>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

impl Replay {
    /// Replays and tells.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let since = self.since.and_then(|since| SystemClock.now().checked_sub(since.0).ok());
        let recordings = record::load_any(&self.recordings, since).await.or_exit(Exit::Input)?;
        let sandbox = workshop(global)?.sandbox(Use::OneAtATime)?;
        let plugin = load(&sandbox, &self.plugin).await?;
        let against = match &self.against {
            Some(against) => Some(load(&sandbox, against).await?),
            None => None,
        };
        let settings = match &self.settings {
            Some(path) => {
                let settings = std::fs::read_to_string(path).or_exit(Exit::Input)?;
                plugin.validate_settings(&settings).await.or_exit(Exit::Input)?;
                Some(settings)
            }
            None => None,
        };
        let rules = match &self.guards {
            Some(path) => Some(setup::rules(&Config::load_guard(path).or_exit(Exit::Configuration)?)),
            None => None,
        };
        let change = Change {
            plugin,
            against,
            settings,
            rules,
        };
        let compared = change.replay(recordings).await;
        match self.output {
            StoryOutput::Text => answer(compared.to_string().trim_end()),
            StoryOutput::Json => answer(serde_json::to_string_pretty(&compared)?),
        }
    }
}

async fn load(sandbox: &Sandbox, component: &Component) -> Result<Plugin, Failure> {
    let wasm = component.read().or_its_exit()?;
    sandbox.load(&component.name(), &wasm).await.or_exit(Exit::Input)
}
