//! `quell never-block`: what is never blocked, and why.

use clap::{ArgGroup, Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use super::{
    Global, ordered,
    output::{StoryOutput, answer},
};
use crate::{
    address::AddressOrPrefix,
    clock::{Clock, SystemClock},
    duration::HumanDuration,
    exit::{Exit, Failure},
    never_block::when,
    way::order::{Done, Order},
};

/// Show what is never blocked, ask why, and add to it.
///
/// What is never blocked stands in the configuration (guard.never-block), in lists in files and in S3 (guard.never-block-list), and in the journal: what is added here, and pardons.
/// Private, loopback, link-local and multicast prefixes are never blocked anyway, nor what belongs to the VPC and to the alert's own device. While a list can't be read nothing is
/// blocked.
///
/// Works with and without a Quell that runs.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell never-block show\n  quell never-block why 203.0.113.7\n  \
    quell never-block add 203.0.113.0/24 --until 2030-01-31 --reason \"our partner's scanner\"\n  quell never-block remove 203.0.113.0/24"
)]
pub struct NeverBlock {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    Show(Show),
    Why(Why),
    Add(Add),
    Remove(Remove),
}

/// List what is never blocked, with who says so, and how the lists stand
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell never-block show\n  quell never-block show --output json | jq '.lists'")]
struct Show {
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

/// Say whether an address is never blocked, and by which list, prefix and reason
///
/// Ends with 5 if it may be blocked.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell never-block why 203.0.113.7")]
struct Why {
    /// An address, or a prefix
    #[arg(value_name = "ADDRESS")]
    address: AddressOrPrefix,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: StoryOutput,
}

/// Never block an address or prefix from now on
///
/// The journal keeps it, so that every Quell that works on it knows. What is denied of it is let through at once; holds that overlap it stay, and deny nothing.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell never-block add 203.0.113.0/24 --until 2030-01-31 --reason \"our partner's scanner\"\n  \
    quell never-block add 2001:db8:7::/48 --for 12h --reason \"penetration test\"",
    group(ArgGroup::new("end").args(["lasts", "until"]))
)]
struct Add {
    /// The address or prefix
    #[arg(value_name = "PREFIX")]
    prefix: AddressOrPrefix,
    /// Why, for the others who look
    #[arg(long, value_name = "TEXT", default_value_t)]
    reason: String,
    /// It ends so long from now, such as 24h. Without an end it lasts until it is removed
    #[arg(long = "for", value_name = "DURATION")]
    lasts: Option<HumanDuration>,
    /// Its last day, such as 2030-01-31, or a time, such as 2030-01-31T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = when::read)]
    until: Option<Timestamp>,
}

/// Take back what was added, or a pardon
///
/// What stands in the configuration or in a list is taken out there.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell never-block remove 203.0.113.0/24")]
struct Remove {
    /// The address or prefix, as it was added
    #[arg(value_name = "PREFIX")]
    prefix: AddressOrPrefix,
}

impl NeverBlock {
    /// Does it.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        match self.what {
            What::Show(Show { output }) => told(global, None, output).await,
            What::Why(Why { address, output }) => told(global, Some(address), output).await,
            What::Add(add) => ordered::told(global, add.order()).await,
            What::Remove(Remove { prefix }) => ordered::told(global, Order::EndPardon { prefix }).await,
        }
    }
}

impl Add {
    fn order(self) -> Order {
        let from_now = |lasts: HumanDuration| {
            let lasts = SignedDuration::try_from(lasts.0).unwrap_or(SignedDuration::MAX);
            SystemClock.now().saturating_add(lasts).unwrap_or(Timestamp::MAX)
        };
        Order::NeverBlock {
            prefix: self.prefix,
            until: self.until.or(self.lasts.map(from_now)),
            reason: self.reason,
        }
    }
}

async fn told(global: &Global, address: Option<AddressOrPrefix>, output: StoryOutput) -> Result<(), Failure> {
    let done = ordered::carried(global, Order::NeverBlocked { address }).await?;
    match output {
        StoryOutput::Text => answer(done.to_string().trim_end())?,
        StoryOutput::Json => match &done {
            Done::NeverBlocked { entries, lists, .. } => {
                let told = serde_json::json!({ "entries": entries, "lists": lists });
                answer(serde_json::to_string_pretty(&told)?)?;
            }
            other => answer(serde_json::to_string_pretty(other)?)?,
        },
    }
    match (&done, address) {
        (Done::NeverBlocked { entries, .. }, Some(address)) if entries.is_empty() => Err(Failure::new(
            Exit::NotFound,
            format!("nobody says that {address} is never blocked"),
        )),
        _ => Ok(()),
    }
}
