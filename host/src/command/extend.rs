//! `quell extend`: gives holds a later end.

use clap::{ArgGroup, Args};
use jiff::{SignedDuration, Timestamp};

use super::{Global, ordered};
use crate::{
    clock::{Clock, SystemClock},
    duration::HumanDuration,
    exit::Failure,
    hold::HoldId,
    way::order::Order,
};

/// Give holds a later end.
///
/// An end is never made earlier: `quell release` ends a hold. The configuration says how late it may be (guard.longest-hold), and whether a hold may last
/// until it is released (guard.until-released).
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell extend 42 43 --for 24h\n  quell extend 42 --until 2026-03-05T08:00:00Z\n  \
    quell extend 42 --until-released",
    group(ArgGroup::new("end").required(true).args(["lasts", "until", "until_released"]))
)]
pub struct Extend {
    /// The holds' numbers, as `quell holds` lists them. If one of them can't be extended none is
    #[arg(value_name = "HOLD", required = true)]
    pub holds: Vec<HoldId>,
    /// They end so long from now, such as 24h
    #[arg(long = "for", value_name = "DURATION")]
    pub lasts: Option<HumanDuration>,
    /// They end at this time, such as 2026-03-05T08:00:00Z or 2026-03-05T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub until: Option<Timestamp>,
    /// They end when they are released
    #[arg(long)]
    pub until_released: bool,
}

impl Extend {
    /// Extends them.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let from_now = |lasts: HumanDuration| {
            let lasts = SignedDuration::try_from(lasts.0).unwrap_or(SignedDuration::MAX);
            SystemClock.now().saturating_add(lasts).unwrap_or(Timestamp::MAX)
        };
        // Clap sees to it that exactly one of the three is given.
        let until = self.until.or(self.lasts.map(from_now));
        let order = Order::Extend {
            holds: self.holds,
            until,
        };
        ordered::told(global, order).await
    }
}

fn time(text: &str) -> Result<Timestamp, &'static str> {
    text.parse()
        .map_err(|_| "this is no time with its offset, such as 2026-03-05T08:00:00Z or 2026-03-05T09:00:00+01:00")
}
