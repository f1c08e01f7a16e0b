//! `quell capacity`: how full network ACLs are.

use clap::Args;

use super::{
    Global, ordered,
    output::{ListOutput, answer},
    place::Place,
};
use crate::{
    exit::Failure,
    way::order::{Done, Order},
};

/// List how full the network ACLs are.
///
/// A line a direction and family has the quota and who says so, how many rules are others' and how many ours, the room for ours, and the holds. The room is what the quota leaves beside the rules of others, the final deny and those that are kept free for people (network-acl.reserve).
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell capacity\n  quell capacity --output json | jq '.[].capacity.sides[].room'")]
pub struct Capacity {
    #[command(flatten)]
    place: Place,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: ListOutput,
}

impl Capacity {
    /// Prints the list.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let at = self.place.into();
        let done = ordered::carried(global, Order::Capacity { at }).await?;
        match (self.output, &done) {
            (ListOutput::Json, Done::Capacity { acls }) => answer(serde_json::to_string_pretty(acls)?)?,
            _ => answer(done.to_string().trim_end())?,
        }
        ordered::whole(&done)
    }
}
