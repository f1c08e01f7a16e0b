//! `quell demo`: the whole story on a simulated account.

use clap::Args;

use super::Global;
use crate::{demo, exit::Failure};

/// See it all on a simulated account, with no AWS and no configuration.
///
/// Starts the daemon on a simulated account and a simulated Stealthwatch Cloud on this machine, sends it recorded alerts, and tells what
/// happens: what the plugin asked and decided, each guard's word, the network ACL before and after, a packet that is denied now, and a hold
/// that ends. Then 300 addresses attack where a network ACL is almost full: what is covered, what not, and why. In the end an instance of the account itself
/// attacks others: it is isolated, its flow is cut, and it is put back.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell demo --fast")]
pub struct Demo {
    /// Do not pause between the scenes
    #[arg(long)]
    pub fast: bool,
}

impl Demo {
    /// Plays it.
    pub async fn run(self, _: &Global) -> Result<(), Failure> {
        Ok(demo::play(self.fast).await?)
    }
}
