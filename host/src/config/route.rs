//! `[[plugin.route]]`: which alerts a plugin decides on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Cloud,
    checks::Checks,
    evidence::EvidenceTable,
    number::Bounded,
    path::Path,
    word::{AccountNumber, Region},
};
use crate::{
    alert::Detector,
    roster::{KindPattern, Route},
};

/// Which alerts: those that fulfil all that is set here. A plugin with several routes decides on the alerts of each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Route")]
pub(super) struct RouteTable {
    /// Only alerts of this detector.
    pub(super) detector: Option<Detector>,
    /// Only alerts of one of these kinds, in the detector's own words. A `*` stands for any text. Case matters.
    pub(super) kinds: Vec<String>,
    /// Only alerts with this severity or more, from 0 to 100. An alert that does not say how bad it is is left out.
    pub(super) severity_at_least: Option<Bounded<u8, 0, 100>>,
    /// Only alerts for one of these accounts.
    pub(super) accounts: Vec<AccountNumber>,
    /// Only alerts for one of these regions.
    pub(super) regions: Vec<Region>,
    /// What is demanded before an address is blocked, beside the plugin's word. Without it nothing is.
    pub(super) evidence: EvidenceTable,
}

impl RouteTable {
    /// Checks that the route leads somewhere.
    pub(super) fn check(self, here: &Path, cloud: Option<&Cloud>, checks: &mut Checks<'_>) -> Route {
        if let Some(detector) = self.detector {
            checks.detector(&here.join("detector"), detector);
        }
        if let Some(Cloud::Aws(aws)) = cloud {
            let accounts: Vec<_> = aws.accounts.iter().map(|account| &account.id).collect();
            let regions: Vec<_> = aws.accounts.iter().flat_map(|account| &account.regions).collect();
            unknown(&self.accounts, &accounts, &here.join("accounts"), checks);
            unknown(&self.regions, &regions, &here.join("regions"), checks);
        }
        Route {
            detector: self.detector,
            kinds: self.kinds.iter().map(|text| KindPattern::new(text)).collect(),
            severity_at_least: self.severity_at_least.map(Bounded::get),
            accounts: self.accounts.into_iter().map(String::from).collect(),
            regions: self.regions.into_iter().map(String::from).collect(),
            demands: self.evidence.check(&here.join("evidence"), checks),
        }
    }
}

/// No alert for what is not configured ever reaches a plugin.
fn unknown<T: PartialEq + std::fmt::Display>(named: &[T], known: &[&T], here: &Path, checks: &mut Checks<'_>) {
    for (index, name) in named.iter().enumerate() {
        if !known.contains(&name) {
            let all: Vec<_> = known.iter().map(ToString::to_string).collect();
            checks.fail(
                &here.element(index),
                format!("`{name}` is in no [[aws.account]], so no alert for it gets this far"),
                format!("configured: {}", all.join(", ")),
            );
        }
    }
}
