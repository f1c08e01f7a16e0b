//! `quell reject`: a person's no.

use clap::Args;

use super::{Global, approve::Words, ordered};
use crate::{exit::Failure, way::order::Order};

/// Reject a hold that waits: it is not put in force. One person is enough.
///
/// Works with and without a Quell that runs; with `--lambda`, on a deployed function.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell reject p3f9a2c1b07 --as ben --reason 'that is our load test'")]
pub struct Reject {
    #[command(flatten)]
    word: Words,
}

impl Reject {
    /// Rejects.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        ordered::told(global, Order::Reject(self.word.word())).await
    }
}
