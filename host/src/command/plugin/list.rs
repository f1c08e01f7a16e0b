//! `quell plugin list`: how the configured plugins stand.

use clap::Args;

use crate::{
    command::{
        Global, ordered,
        output::{ListOutput, answer},
    },
    exit::Failure,
    way::order::{Done, Order},
};

/// List the configured plugins: whether each is loaded, aside or not there, on which alerts it decides, and what happens if it fails.
///
/// Asks the Quell that runs. If none does, the plugins are loaded to see. A change of the configuration that was not taken over is told below, with the reason.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell plugin list\n  quell plugin list --output json | jq '.plugins[] | select(.state.is != \"loaded\")'"
)]
pub(super) struct List {
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: ListOutput,
}

impl List {
    /// Prints the list.
    pub(super) async fn run(self, global: &Global) -> Result<(), Failure> {
        let done = ordered::carried(global, Order::Plugins {}).await?;
        match (self.output, &done) {
            (
                ListOutput::Json,
                Done::Plugins {
                    answers,
                    plugins,
                    refused,
                },
            ) => {
                let all = serde_json::json!({ "answers": answers, "plugins": plugins, "refused": refused });
                answer(serde_json::to_string_pretty(&all)?)
            }
            _ => answer(done.to_string().trim_end()),
        }
    }
}
