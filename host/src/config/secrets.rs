//! `[secrets]`: how keys and tokens are fetched that are kept in AWS, and how they are kept fresh.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    checks::Checks,
    path::Path,
    word::{KmsKeyArn, Region},
};
use crate::duration::HumanDuration;

/// More often would only cost money: a service that no longer accepts a secret has it fetched again at once.
const LEAST_REFRESH: Duration = Duration::from_secs(10);

/// How keys and tokens are fetched that are kept in Secrets Manager and Parameter Store, and how they are kept fresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Secrets {
    /// The region that they are in, but for those that are named by their ARN. The region that the process is in, if this is not given.
    pub region: Option<Region>,
    /// How long a secret is used before it is looked at again. One that the service which it opens refuses is looked at again at once.
    pub refresh: HumanDuration,
    /// How long one fetch may take, with its retries.
    pub timeout: HumanDuration,
    /// The customer managed keys that they are encrypted with. Only for `quell doctor --permissions`: those that AWS manages need no right of their own.
    pub kms_keys: Vec<KmsKeyArn>,
}

impl Default for Secrets {
    fn default() -> Self {
        Self {
            region: None,
            refresh: HumanDuration::from_secs(5 * 60),
            timeout: HumanDuration::from_secs(5),
            kms_keys: Vec::new(),
        }
    }
}

impl Secrets {
    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        checks.positive(&here.join("timeout"), self.timeout);
        if self.refresh.0 < LEAST_REFRESH {
            let at = here.join("refresh");
            checks.fail(
                &at,
                format!(
                    "`{at}` is less than {} s, which AWS would be asked too often for",
                    LEAST_REFRESH.as_secs()
                ),
                "write `5m` if in doubt: a secret that is refused is fetched again at once",
            );
        }
    }
}
