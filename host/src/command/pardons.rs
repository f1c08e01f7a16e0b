//! `quell pardons`: what is not blocked for a time.

use clap::Args;
use comfy_table::{Table, presets};
use jiff::Timestamp;

use super::{
    Global, ordered,
    output::{ListOutput, answer},
};
use crate::{
    address::AddressOrPrefix,
    clock::{Clock, SystemClock},
    exit::{Failure, OrItsExit},
    hold::Pardon,
    report::left::left,
    way::order::Order,
};

/// List the pardons in force, or end one before its time.
///
/// What is pardoned is not blocked, whatever an alert or a hold says. `quell release --pardon` gives pardons.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell pardons\n  quell pardons --end 203.0.113.7")]
pub struct Pardons {
    /// End the pardon of this address or prefix now
    #[arg(long, value_name = "PREFIX")]
    pub end: Option<AddressOrPrefix>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, conflicts_with = "end")]
    pub output: ListOutput,
}

impl Pardons {
    /// Prints the list, or ends one.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        if let Some(prefix) = self.end {
            return ordered::told(global, Order::EndPardon { prefix }).await;
        }
        let now = SystemClock.now();
        let pardons = global.operator()?.pardons(now).await.or_its_exit()?;
        match self.output {
            ListOutput::Json => answer(serde_json::to_string_pretty(&pardons)?),
            ListOutput::Table if pardons.is_empty() => answer("nothing is pardoned"),
            ListOutput::Table => answer(table(&pardons, now)),
        }
    }
}

fn table(pardons: &[Pardon], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["PREFIX", "LEFT", "UNTIL", "SINCE", "REASON"]);
    for pardon in pardons {
        table.add_row([
            pardon.prefix.to_string(),
            pardon
                .end()
                .map_or_else(String::new, |end| left(end.duration_since(now))),
            pardon
                .end()
                .map_or_else(|| "taken back".to_owned(), |end| format!("{end:.0}")),
            format!("{:.0}", pardon.since),
            pardon.reason.clone(),
        ]);
    }
    table.trim_fmt()
}
