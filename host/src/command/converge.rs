//! `quell converge`: brings targets to what their holds say.

use clap::Args;

use super::{
    Global, ordered,
    output::{StoryOutput, answer},
    place::Place,
};
use crate::{exit::Failure, way::order::Order};

/// Bring network ACLs, instances and security groups to what their holds say, or show what that would change.
///
/// A Quell that runs does so by itself, at every change and once a minute. This does it now, and tells: each change as a line of a diff, what is
/// not covered and why, which rules several holds share and whom they deny beside, and what somebody else had changed.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell converge --dry-run\n  quell converge --at acl-0a1b2c3d")]
pub struct Converge {
    /// Write nothing, only show the plan
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    place: Place,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: StoryOutput,
}

impl Converge {
    /// Converges, or plans.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let order = Order::Converge {
            dry_run: self.dry_run,
            at: self.place.into(),
        };
        let done = ordered::carried(global, order).await?;
        match self.output {
            StoryOutput::Text => answer(done.to_string().trim_end())?,
            StoryOutput::Json => answer(serde_json::to_string_pretty(&done)?)?,
        }
        ordered::whole(&done)
    }
}
