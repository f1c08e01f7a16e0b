//! What the guards said of one remediation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    guard::Verdict,
    report::{ExaminedRemediation, Failure},
};

/// What the guards said of one remediation; the remediation itself stands in the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Examined {
    /// What each guard said, up to the first refusal.
    pub verdicts: Vec<Verdict>,
    /// What could not be found out for the moment, if it was refused for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Examined {
    /// Whether every guard let it pass.
    pub fn passed(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.passed)
    }
}

impl From<ExaminedRemediation> for Examined {
    fn from(examined: ExaminedRemediation) -> Self {
        // How many remotes were left out follows from the decision and the rules, which are both recorded.
        Self {
            verdicts: examined.verdicts,
            failure: examined.failure,
        }
    }
}
