//! `quell resume`: ends a pause.

use clap::Args;

use super::{Global, ordered};
use crate::{exit::Failure, way::order::Order};

/// End a pause: holds that wait get their place.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell resume")]
pub struct Resume {}

impl Resume {
    /// Resumes.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        ordered::told(global, Order::Resume {}).await
    }
}
