//! `quell doctor`: proves permissions and tells what is missing, or prints the least policy.

use clap::Args;
use serde_json::{Map, Value};

use super::{
    Global,
    output::{ListOutput, answer},
};
use crate::{
    config::Config,
    exit::{Exit, Failure, OrItsExit},
    permission::HeldPolicy,
    setup,
};

/// Prove that Quell may do what is configured, and tell what is missing; or print the least policy that allows it.
///
/// Asks AWS for every read that the configuration leads to, and for every write as EC2's dry run: EC2 says whether it would be permitted, and does not do it. What has no
/// dry run is told as such. Looks as well at plugins, secrets, the journal, folders, isolation groups and the room in network ACLs. Changes nothing.
///
/// With --permissions it asks nobody, and prints a policy document that allows what the configuration needs and nothing more. Where the configuration names roles, it is an
/// object with the policy of the credentials that Quell runs with (`host`) and of each role, by ARN; --account prints that of one account alone.
///
/// Ends with 1 if something is missing.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Example:\n  quell doctor\n  quell doctor --output json | jq '.[] | select(.verdict == \"missing\")'\n  \
    quell doctor --permissions > policy.json\n  \
    quell doctor --permissions --account 444455556666"
)]
pub struct Doctor {
    /// Print the least policy that allows what is configured
    #[arg(long)]
    pub permissions: bool,
    /// With --permissions: only the policy for this account
    #[arg(long, value_name = "ACCOUNT", requires = "permissions")]
    pub account: Option<String>,
    /// How to print what was found
    #[arg(
        long,
        value_name = "FORMAT",
        value_enum,
        default_value_t,
        conflicts_with = "permissions"
    )]
    pub output: ListOutput,
}

impl Doctor {
    /// Prints what was found, or the policy.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let config = global.config()?;
        if self.permissions {
            return answer(policies(&config, self.account.as_deref())?);
        }
        let checkup = setup::examine(&config).await.or_its_exit()?;
        match self.output {
            ListOutput::Table => answer(checkup.to_string().trim_end())?,
            ListOutput::Json => answer(serde_json::to_string_pretty(&checkup)?)?,
        }
        match checkup.missing().count() {
            0 => Ok(()),
            _ => Err(Failure::new(
                Exit::Failed,
                "something that is needed is missing: what and why is told above",
            )
            .with_remedy("`quell doctor --permissions` prints a policy that allows what is configured")),
        }
    }
}

/// The policies as they are printed.
fn policies(config: &Config, account: Option<&str>) -> Result<String, Failure> {
    let mut policies = setup::policies(config).or_its_exit()?;
    if let Some(account) = account {
        policies.retain(|held| held.account.as_deref() == Some(account));
    }
    match policies.as_slice() {
        [] => Err(Failure::new(
            Exit::NotFound,
            format!("account {} is not configured", account.unwrap_or_default()),
        )),
        [HeldPolicy { policy, .. }] => Ok(policy.to_string()),
        all => {
            let each = all
                .iter()
                .map(|held| Ok((held.holder.to_string(), serde_json::to_value(&held.policy)?)));
            let each: Map<String, Value> = each.collect::<Result<_, serde_json::Error>>()?;
            Ok(serde_json::to_string_pretty(&each)?)
        }
    }
}
