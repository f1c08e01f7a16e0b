//! `quell holds`: what is in force.

use clap::Args;

use super::{Global, NotBuilt, output::ListOutput};
use crate::exit::Failure;

/// List what is in force: address, target, why, since when and until when.
///
/// A hold that found no room on its target is listed as not covered: it gets its place when there is room.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell holds\n  quell holds --all --output json | jq '.[].id'")]
pub struct Holds {
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
        let _config = global.config()?;
        Err(NotBuilt("holds").into())
    }
}
