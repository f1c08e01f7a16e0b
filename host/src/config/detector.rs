//! `[[detector]]`: detectors that Quell does not know by itself, and how their alerts are read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, path::Path};
use crate::alert::{Detector, Mapping};

/// A detector that Quell does not know by itself. Its alerts go to `POST /alerts/NAME`, and routes name it as the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Detector")]
pub(super) struct DetectorTable {
    /// Its name, unique in this file: small letters, digits and `-`. It stands in paths, routes, logs and recordings.
    pub(super) name: Detector,
    /// How its alerts are read.
    pub(super) mapping: Mapping,
}

/// Checks all detectors, and answers with each one's mapping.
pub(super) fn check(tables: Vec<DetectorTable>, here: &Path, checks: &mut Checks<'_>) -> Vec<(Detector, Mapping)> {
    let mut detectors: Vec<(Detector, Mapping)> = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let here = here.element(index);
        let name = table.name;
        if Detector::BUILT_IN.contains(&name) {
            checks.fail(
                &here.join("name"),
                format!("Quell knows `{name}` by itself, without a mapping"),
                "take this [[detector]] out, or give it another name",
            );
        }
        if detectors.iter().any(|(other, _)| *other == name) {
            checks.fail(
                &here.join("name"),
                format!("two of [[detector]] are named `{name}`"),
                "give each a name of its own",
            );
        }
        let mapping = here.join("mapping");
        for contradiction in table.mapping.contradictions() {
            let steps = contradiction.at.iter();
            let at = steps.fold(mapping.clone(), |path, step| path.join(step));
            checks.fail(
                &at,
                format!("{} (detector `{name}`)", contradiction.message),
                contradiction.remedy,
            );
        }
        detectors.push((name, table.mapping));
    }
    checks.know(detectors.iter().map(|(name, _)| *name));
    detectors
}
