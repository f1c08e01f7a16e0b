//! `quell put-back`: interfaces that somebody else changed while they were isolated get back the groups that they had before.

use clap::Args;

use super::{Global, ordered};
use crate::{exit::Failure, hold::Resource, way::order::Order};

/// Put an instance's interfaces back into their groups, though somebody changed them meanwhile.
///
/// When an isolation ends, Quell puts each interface back into the security groups that it was in, but not one that somebody else put into other groups
/// meanwhile: that is told, and left alone. This command puts it back as well. What a hold in force asks for stays as it is.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell put-back i-0abc1234def567890")]
pub struct PutBack {
    /// The instance
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
