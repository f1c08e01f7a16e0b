//! `quell holds`: what is in force.

use std::collections::BTreeMap;

use clap::Args;
use jiff::Timestamp;

use super::{
    Global,
    output::{ListOutput, answer},
    place::Place,
};
use crate::{
    address::AddressOrPrefix,
    clock::{Clock, SystemClock},
    cloud::Direction,
    exit::{Failure, OrItsExit},
    hold::{Coverage, Hold, HoldFilter},
    report::{
        hold_table::hold_table,
        style::{BAD, NOTE, paint},
        summary::count,
    },
    way::{listing::Listing, order::text::paused},
};

/// List what is in force, how it is covered, and how much time is left.
///
/// A hold that can't be done is listed as not covered, with the reason below the table: a block that found no room on its network ACL gets its place when there is room.
///
/// Reads the journal, with and without a Quell that runs; with `--lambda`, that of a deployed function.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell holds\n  quell holds --address 203.0.113.7\n  quell holds --uncovered --at acl-0a1b2c3d\n  \
    quell holds --all --output json | jq '.[].id'"
)]
pub struct Holds {
    /// Only holds that have an address in common with this address or prefix
    #[arg(long, value_name = "PREFIX")]
    pub address: Option<AddressOrPrefix>,
    #[command(flatten)]
    place: Place,
    /// Only holds that this plugin asked for
    #[arg(long, value_name = "NAME")]
    pub plugin: Option<String>,
    /// Only holds of this direction: ingress or egress
    #[arg(long, value_name = "DIRECTION", value_parser = direction)]
    pub direction: Option<Direction>,
    /// Only holds that a rule covers
    #[arg(long, conflicts_with = "uncovered")]
    pub covered: bool,
    /// Only holds that nothing covers
    #[arg(long)]
    pub uncovered: bool,
    /// Holds that have ended, too
    #[arg(long)]
    pub all: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: ListOutput,
}

impl Holds {
    /// Prints the list.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let now = SystemClock.now();
        let (output, filter) = (self.output, HoldFilter::from(self));
        let listing = global.operator()?.holds(&filter, now).await.or_its_exit()?;
        match output {
            ListOutput::Json => answer(serde_json::to_string_pretty(&listing.holds)?),
            ListOutput::Table => answer(text(&listing, &filter, now)),
        }
    }
}

impl From<Holds> for HoldFilter {
    fn from(asked: Holds) -> Self {
        Self {
            ended: asked.all,
            account: asked.place.account,
            region: asked.place.region,
            resource: asked.place.resource,
            overlaps: asked.address.map(AddressOrPrefix::prefix),
            plugin: asked.plugin,
            direction: asked.direction,
            covered: match (asked.covered, asked.uncovered) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            },
            ..Self::default()
        }
    }
}

fn direction(name: &str) -> Result<Direction, &'static str> {
    let found = Direction::BOTH.into_iter().find(|direction| direction.name() == name);
    found.ok_or("this is neither `ingress` nor `egress`")
}

/// The listing as text, and what bears on all of it.
fn text(listing: &Listing, filter: &HoldFilter, now: Timestamp) -> String {
    let any = HoldFilter {
        ended: filter.ended,
        ..HoldFilter::default()
    };
    let mut parts = vec![match listing.holds.as_slice() {
        [] if *filter != any => "no hold is like that".to_owned(),
        [] => "nothing is in force".to_owned(),
        holds => hold_table(holds, now).trim_fmt(),
    }];
    parts.extend(uncovered(&listing.holds, now));
    if !listing.pardons.is_empty() {
        let many = count(listing.pardons.len(), "pardon");
        parts.push(format!("{} in force: `quell pardons` lists them", paint(NOTE, many)));
    }
    if !listing.waiting.is_empty() {
        let many = count(listing.waiting.len(), "decision");
        let told = format!("{many} not in force until people approve");
        parts.push(format!("{}: `quell approvals` lists them", paint(NOTE, told)));
    }
    parts.extend(listing.pause.as_ref().map(paused));
    parts.join("\n")
}

/// How many holds nothing covers, a line for each reason.
fn uncovered(holds: &[Hold], now: Timestamp) -> Vec<String> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for hold in holds.iter().filter(|hold| hold.is_live(now)) {
        match &hold.coverage {
            Coverage::NotCovered { why } => *reasons.entry(why).or_default() += 1,
            Coverage::Pending => *reasons.entry("its target was not brought to it yet").or_default() += 1,
            Coverage::UnderWay { what } => *reasons.entry(what).or_default() += 1,
            Coverage::Covered { .. } | Coverage::CoveredByOthers { .. } | Coverage::Done { .. } => {}
        }
    }
    let told = |(why, many): (&str, usize)| {
        let told = format!("{} not covered", count(many, "hold"));
        format!("{}: {why}", paint(BAD, told))
    };
    reasons.into_iter().map(told).collect()
}
