//! `[sandbox]`: where plugins run.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, path::Path};
use crate::sandbox::Limits;

/// Where plugins run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sandbox {
    /// The directory for compiled plugins. What lies in it is native code that the host runs: nobody else may write there.
    /// Relative to the configuration file.
    pub cache: PathBuf,
    /// The directory of plugins that `quell plugin compile` made for this deployment. A plugin that is there is not compiled; a Lambda function does
    /// not even read the file of one that has a `sha256`. Only its owner, this host's user or root, may be able to write there; otherwise it is not
    /// used. Relative to the configuration file.
    pub precompiled: Option<PathBuf>,
    /// What a plugin may use up.
    pub limits: Limits,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self {
            cache: "/var/cache/quell".into(),
            precompiled: None,
            limits: Limits::default(),
        }
    }
}

impl Sandbox {
    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        let limits = here.join("limits");
        for bad in self.limits.validate() {
            checks.fail(
                &limits.join(bad.limit),
                format!("`{}` must be {}, not {}", limits.join(bad.limit), bad.must, bad.is),
                "take it out for the default, which is in `quell config example`",
            );
        }
    }
}
