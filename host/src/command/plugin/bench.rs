//! `quell plugin bench`: how long a plugin takes to decide.

use std::path::PathBuf;

use clap::Args;

use super::workshop;
use crate::{
    command::{
        Global,
        output::{StoryOutput, answer},
    },
    digest::Digest,
    duration::HumanDuration,
    exit::{Exit, Failure, OrExit, OrItsExit},
    kit::{
        bench::{Measured, Patience, Sample, first, measure},
        component::Component,
    },
    sandbox::Use,
};

/// Measure how long a plugin takes to decide, and how much fuel.
///
/// Times are of this machine, fuel is the same on every one. `fresh` is what production pays: each decision has a store and an instance of its own. `warm` is one
/// instance that decides again and again, which no host does; it tells how much of `fresh` is making the instance.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin bench target/mine.wasm --recording recordings/brute-force.recording.json\n  \
    quell plugin bench nacl-block --for 10s --output json | jq '.fresh'"
)]
pub(super) struct Bench {
    /// The component: a file, or the name of a plugin that comes with the binary
    #[arg(value_name = "FILE|NAME")]
    plugin: Component,
    /// The recording to decide on; of a folder, the first [default: an alert of excessive access attempts, about which no fact is known]
    #[arg(long, value_name = "PATH")]
    recording: Option<PathBuf>,
    /// Measure the first decision of a process, too, with what `quell plugin compile` wrote to this directory
    #[arg(long, value_name = "DIR")]
    precompiled: Option<PathBuf>,
    /// Measure for so long at most
    #[arg(long = "for", value_name = "DURATION", default_value = "3s")]
    time: HumanDuration,
    /// Measure so many decisions of each kind at most
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

impl Bench {
    /// Measures and tells.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let (name, wasm) = (self.plugin.name(), self.plugin.read().or_its_exit()?);
        let workshop = workshop(global)?;
        let recording = self.recording.as_deref();
        // Before anything else: it must be the first.
        let first = match &self.precompiled {
            Some(directory) => Some(first(&workshop.limits, directory, Digest::of(&wasm), recording).await?),
            None => None,
        };
        let load = async |purpose| -> Result<_, Failure> {
            let sandbox = workshop.sandbox(purpose)?;
            sandbox.load(&name, &wasm).await.or_exit(Exit::Input)
        };
        // As a daemon has it: with places kept ready.
        let (plugin, counting) = (load(Use::Daemon).await?, load(Use::Measure).await?);
        let sample = Sample::of_path(recording, &plugin).or_its_exit()?;
        let patience = Patience {
            rounds: self.rounds,
            time: self.time.0,
        };
        let measured = Measured {
            first,
            ..measure(&plugin, &counting, &sample, patience).await?
        };
        match self.output {
            StoryOutput::Text => answer(measured.to_string().trim_end()),
            StoryOutput::Json => answer(serde_json::to_string_pretty(&measured)?),
        }
    }
}
