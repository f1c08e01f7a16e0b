//! `[aws]`: the real accounts and regions that are protected.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    checks::Checks,
    path::Path,
    word::{AccountNumber, ExternalId, Region, RoleArn},
};
use crate::duration::HumanDuration;

/// The real accounts that are protected. Credentials come from the usual chain: environment, profile, role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Aws {
    /// How long one call may take, with its retries.
    #[serde(default = "call_timeout")]
    pub call_timeout: HumanDuration,
    /// The accounts. An alert for another is refused.
    #[serde(default, rename = "account")]
    pub accounts: Vec<AwsAccount>,
}

fn call_timeout() -> HumanDuration {
    HumanDuration::from_secs(10)
}

/// One account that is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AwsAccount {
    /// The account's number.
    pub id: AccountNumber,
    /// The regions that are protected, at least one. An alert for another is refused.
    pub regions: Vec<Region>,
    /// The role in that account that is assumed with the process's own credentials. Without it, those must be of this account.
    pub role: Option<RoleArn>,
    /// The external id that the role's trust policy asks for. Only with `role`.
    pub external_id: Option<ExternalId>,
}

impl Aws {
    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        checks.positive(&here.join("call-timeout"), self.call_timeout);
        if self.accounts.is_empty() {
            checks.fail(
                here,
                format!("[{here}] names no account, so there is none to protect"),
                format!("add a table [[{here}.account]] with its `id` and its `regions`"),
            );
        }
        let here = here.join("account");
        for (index, account) in self.accounts.iter().enumerate() {
            let earlier = self.accounts.get(..index).unwrap_or_default();
            let here = here.element(index);
            account.check(&here, checks);
            account.check_beside(earlier, &here, checks);
        }
    }
}

impl AwsAccount {
    fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        if self.regions.is_empty() {
            checks.fail(
                &here.join("regions"),
                format!(
                    "`{here}.regions` is empty, so nothing in account {} is protected",
                    self.id
                ),
                "name at least one region, such as `regions = [\"eu-west-1\"]`",
            );
        }
        for (index, region) in self.regions.iter().enumerate() {
            if self.regions.iter().take(index).any(|earlier| earlier == region) {
                let here = here.join("regions").element(index);
                checks.fail(
                    &here,
                    format!("`{here}` is `{region}`, which stands there already"),
                    "name each region of an account once",
                );
            }
        }
        match &self.role {
            Some(role) if role.account() != self.id.as_str() => checks.fail(
                &here.join("role"),
                format!("`{here}.role` is in account {}, not in {}", role.account(), self.id),
                format!("name a role of account {}, or correct the `id`", self.id),
            ),
            None if self.external_id.is_some() => checks.fail(
                &here.join("external-id"),
                format!("`{here}` has an `external-id` but no `role`, so nothing would use it"),
                "name the `role` whose trust policy asks for it, or take it out",
            ),
            _ => {}
        }
    }

    fn check_beside(&self, earlier: &[Self], here: &Path, checks: &mut Checks<'_>) {
        if earlier.iter().any(|other| other.id == self.id) {
            checks.fail(
                &here.join("id"),
                format!("account {} is there already", self.id),
                "name each account once, with all its regions",
            );
        } else if let Some(other) = earlier.iter().find(|other| self.role.is_none() && other.role.is_none()) {
            checks.fail(
                here,
                format!(
                    "neither account {} nor account {} has a `role`, but the process's own credentials are of one account",
                    other.id, self.id
                ),
                "give all but one account the `role` that is assumed there",
            );
        }
    }
}
