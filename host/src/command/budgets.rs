//! `quell budgets`: what was spent, and bringing one back.

use clap::{Args, Subcommand};

use super::{
    Global, ordered,
    output::{ListOutput, answer},
};
use crate::{
    exit::Failure,
    way::order::{Done, Order},
};

/// List what was spent of the budgets within the last minute and hour, or bring one back.
///
/// Works with and without a Quell that runs; with `--lambda`, on a deployed function.
#[derive(Debug, Clone, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  quell budgets\n  quell budgets reset each-plugin/nacl-block"
)]
pub struct Budgets {
    #[command(subcommand)]
    act: Option<BudgetAct>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: ListOutput,
}

#[derive(Debug, Clone, Subcommand)]
enum BudgetAct {
    /// Bring a budget back, as if nothing had been spent of it
    Reset {
        /// Its name and whose it is, as `quell budgets` lists it
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Budgets {
    /// Prints the list, or brings one back.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        if let Some(BudgetAct::Reset { name }) = self.act {
            return ordered::told(global, Order::ResetBudget { name }).await;
        }
        let done = ordered::carried(global, Order::Budgets {}).await?;
        match (self.output, &done) {
            (ListOutput::Json, Done::Budgets { budgets }) => answer(serde_json::to_string_pretty(budgets)?),
            _ => answer(done.to_string().trim_end()),
        }
    }
}
