//! `breaker` of a plugin: when it is put aside, and for how long.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};
use crate::{duration::HumanDuration, roster::BreakerTerms};

/// When a plugin that keeps failing is put aside, and for how long. Failures for want of a fact and alerts that it says it can't understand do not count: they are
/// not the plugin's fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Breaker")]
pub(super) struct BreakerTable {
    /// After so many failures in a row.
    pub(super) failures: Bounded<u32, 1, 1_000_000>,
    /// For so long. Then one alert tries it.
    pub(super) pause: HumanDuration,
}

impl Default for BreakerTable {
    fn default() -> Self {
        let BreakerTerms { failures, pause } = BreakerTerms::default();
        Self {
            failures: Bounded::default_of(failures),
            pause: HumanDuration(pause),
        }
    }
}

impl BreakerTable {
    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) -> BreakerTerms {
        if self.pause.0.is_zero() {
            checks.fail(
                &here.join("pause"),
                format!("`{here}.pause` is zero, so the plugin would never be aside"),
                "write `5m` if in doubt",
            );
        }
        BreakerTerms {
            failures: self.failures.get(),
            pause: self.pause.0,
        }
    }
}
