//! `quell approve`: a person's yes.

use clap::Args;

use super::{Global, ordered};
use crate::{
    exit::Failure,
    hold::approval::ApprovalId,
    way::order::{Order, Word},
};

/// Approve of a hold that waits, as `quell approvals` lists it.
///
/// Where two people must approve, the second one does it under another name. Approved, it is put in force at once, for as long as was decided. Who, when and why stands in
/// the journal.
///
/// Works with and without a Quell that runs; with `--lambda`, on a deployed function.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell approvals\n  quell approve p3f9a2c1b07 --as ana --reason 'INC-4711, the host is ours'"
)]
pub struct Approve {
    #[command(flatten)]
    word: Words,
}

/// What a person says.
#[derive(Debug, Clone, Args)]
pub(super) struct Words {
    /// What waits, by its name
    #[arg(value_name = "HOLD")]
    hold: ApprovalId,
    /// Who you are
    #[arg(long = "as", value_name = "NAME")]
    by: String,
    /// Why, for the others who look
    #[arg(long, value_name = "TEXT", default_value_t, hide_default_value = true)]
    reason: String,
}

impl Words {
    pub(super) fn word(self) -> Word {
        let Self { hold, by, reason } = self;
        Word { hold, by, reason }
    }
}

impl Approve {
    /// Approves.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        ordered::told(global, Order::Approve(self.word.word())).await
    }
}
