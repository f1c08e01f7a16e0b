//! `quell approvals`: what waits for people.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{
    Global, ordered,
    output::{ListOutput, answer},
};
use crate::{
    exit::{Exit, Failure, OrExit, OrItsExit},
    hold::approval::{Act, ApprovalId, LinkKey, LinkToken, VoteError},
    secret::Secrets,
    way::order::{Done, Order},
};

/// List the holds that wait until people approve of them, and who said what.
///
/// What waits does nothing. If nobody approves in time it is refused.
///
/// Works with and without a Quell that runs; with `--lambda`, on a deployed function.
#[derive(Debug, Clone, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  quell approvals\n  quell approvals --all --output json | jq '.[].votes'\n  quell approvals link p3f9a2c1b07"
)]
pub struct Approvals {
    #[command(subcommand)]
    act: Option<ApprovalAct>,
    /// Those that wait no more, too, as far back as the journal remembers
    #[arg(long)]
    pub all: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: ListOutput,
}

#[derive(Debug, Clone, Subcommand)]
enum ApprovalAct {
    /// Make a link by which one person approves of a hold that waits, or rejects it ([approval-links]).
    ///
    /// Whoever has the link can use it, once, until the hold waits no more: send it to one person. Opened, it shows a page; only the page's button acts.
    Link {
        /// What waits, by its name
        #[arg(value_name = "HOLD")]
        hold: ApprovalId,
        /// For a rejection in place of an approval
        #[arg(long)]
        reject: bool,
    },
}

/// A new link.
async fn link(global: &Global, hold: ApprovalId, act: Act) -> Result<String, Failure> {
    let config = global.config()?;
    let Some(links) = &config.approval_links else {
        return Err(
            Failure::new(Exit::Configuration, "the configuration has no approval links")
                .with_remedy("give [approval-links] a key and a url"),
        );
    };
    let waiting = ordered::carried(global, Order::Approvals { all: false }).await?;
    let Done::Approvals { approvals, .. } = waiting else {
        return Err(Failure::new(
            Exit::Failed,
            "the Quell that runs answers another question than it was asked",
        ));
    };
    let pending = approvals.into_iter().find(|pending| pending.id == hold);
    let pending = pending.ok_or(VoteError::Unknown(hold)).or_its_exit()?;
    let secret = Secrets::new(&config.secrets)
        .live(&links.key)
        .or_exit(Exit::Configuration)?;
    let secret = secret.value().await.or_exit(Exit::Configuration)?;
    let key = LinkKey::of(secret.expose_secret().as_bytes()).or_exit(Exit::Configuration)?;
    let token = LinkToken::new(&pending, act).or_exit(Exit::Failed)?;
    let url = links.url.as_str().trim_end_matches('/');
    Ok(format!("{url}/approvals/{}", token.signed(&key)))
}

impl Approvals {
    /// Prints the list, or a link.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        if let Some(ApprovalAct::Link { hold, reject }) = self.act {
            let act = if reject { Act::Reject } else { Act::Approve };
            return answer(Box::pin(link(global, hold, act)).await?);
        }
        let done = ordered::carried(global, Order::Approvals { all: self.all }).await?;
        match (self.output, &done) {
            (ListOutput::Json, Done::Approvals { approvals, .. }) => answer(serde_json::to_string_pretty(approvals)?),
            _ => answer(done.to_string().trim_end()),
        }
    }
}
