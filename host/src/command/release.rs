//! `quell release`: ends holds before their time.

use clap::{ArgGroup, Args};

use super::{Global, ordered};
use crate::{
    address::AddressOrPrefix,
    duration::HumanDuration,
    exit::Failure,
    hold::HoldId,
    way::order::{self, Order, PardonTerms},
};

/// End holds now and put back what they changed.
///
/// The journal keeps that they were released. An alert that comes later may bring a new hold: with a pardon none does as long as it lasts. What is
/// never to be blocked belongs into `never-block` in the configuration.
///
/// An address means the holds on it and on what is inside of it. With a pardon it is let through whatever else denies it: a hold on a wider prefix,
/// or a rule that other holds share, stays out of its way until the pardon ends.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell release 42 43\n  quell release --address 203.0.113.7\n  \
    quell release --address 203.0.113.7 --pardon 24h --reason 'our partner, ticket 815'",
    group(ArgGroup::new("what").required(true).args(["holds", "address"]))
)]
pub struct Release {
    /// The holds' numbers, as `quell holds` lists them. If one of them is not in force none is released
    #[arg(value_name = "HOLD")]
    pub holds: Vec<HoldId>,
    /// All holds on this address or prefix, or inside of it
    #[arg(long, value_name = "PREFIX")]
    pub address: Option<AddressOrPrefix>,
    /// Don't block it again for so long, such as 24h
    #[arg(long, value_name = "DURATION")]
    pub pardon: Option<HumanDuration>,
    /// Why it is pardoned, for the others who look
    #[arg(
        long,
        value_name = "TEXT",
        requires = "pardon",
        default_value_t,
        hide_default_value = true
    )]
    pub reason: String,
}

impl Release {
    /// Releases them.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let reason = self.reason;
        let release = order::Release {
            holds: self.holds,
            address: self.address,
            pardon: self.pardon.map(|lasts| PardonTerms { lasts, reason }),
        };
        ordered::told(global, Order::Release(release)).await
    }
}
