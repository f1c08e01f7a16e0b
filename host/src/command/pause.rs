//! `quell pause`: adds no more entries.

use clap::Args;

use super::{Global, ordered};
use crate::{exit::Failure, way::order::Order};

/// Add no more entries to any network ACL, until `quell resume`.
///
/// Alerts are still taken and decided on, and their holds are listed as not covered; `quell resume` gives them their place. What ends or is
/// released is still taken back, and what is in force stays.
///
/// Works with and without a Quell that runs, which stays paused when it is started.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell pause --reason 'maintenance of the network, until 18:00'")]
pub struct Pause {
    /// Why, for the others who look
    #[arg(long, value_name = "TEXT", default_value_t, hide_default_value = true)]
    pub reason: String,
}

impl Pause {
    /// Pauses.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        ordered::told(global, Order::Pause { reason: self.reason }).await
    }
}
