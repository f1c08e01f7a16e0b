//! `quell put-back`: what somebody else changed while a hold was in force becomes again what it was before.

use clap::Args;

use super::{Global, ordered};
use crate::{exit::Failure, hold::Resource, way::order::Order};

/// Put back what it was before a hold, though somebody changed it meanwhile.
///
/// When a hold ends, Quell puts back what it changed, but not what somebody else made of it meanwhile: that is told, and left alone. This command puts back
/// what was there before the hold. What a hold in force asks for stays as it is.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell put-back i-0abc1234def567890")]
pub struct PutBack {
    /// The instance or security group
    #[arg(value_name = "ID")]
    pub resource: Resource,
}

impl PutBack {
    /// Puts back.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let order = Order::PutBack {
            resource: self.resource,
        };
        ordered::told(global, order).await
    }
}
