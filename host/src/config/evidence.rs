//! `evidence` of a `[[plugin.route]]`: what is demanded before an address is blocked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};
use crate::{duration::HumanDuration, guard::Demands};

/// What is demanded before an address is blocked. All that is set must be met, by what Quell itself decoded, observed and journalled and never by the plugin's word. What
/// can't be known is not met.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Evidence")]
pub(super) struct EvidenceTable {
    /// At least so many observations of the alert that name the address.
    pub(super) observations: Option<Bounded<u32, 1, 1_000_000>>,
    /// At least so many failed attempts of the address, over all observations that count them.
    pub(super) failed_attempts: Option<Bounded<u64, 1, 1_000_000_000>>,
    /// Whether an observation must show a connection that was established. The sender of a single packet can be forged, that of a connection can't.
    pub(super) established: bool,
    /// That an alert of another detector named the address within this time.
    pub(super) second_detector: Option<HumanDuration>,
    /// That some alert which came before this one named the address at least so long ago.
    pub(super) minimum_age: Option<HumanDuration>,
}

impl EvidenceTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Demands {
        let times = [
            ("second-detector", self.second_detector),
            ("minimum-age", self.minimum_age),
        ];
        for (key, _) in times
            .iter()
            .filter(|(_, time)| time.is_some_and(|time| time.0.as_secs() == 0))
        {
            checks.fail(
                &here.join(key),
                format!("`{key}` is less than a second, so it demands nothing"),
                "give a time such as \"1h\", or leave it out",
            );
        }
        Demands {
            observations: self.observations.map(Bounded::get),
            failed_attempts: self.failed_attempts.map(Bounded::get),
            established: self.established,
            second_detector: self.second_detector,
            minimum_age: self.minimum_age,
        }
    }
}
