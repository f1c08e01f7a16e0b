//! `[journal]`: where the journal is kept.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::duration::HumanDuration;

/// Where alerts, holds and changes are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Journal {
    /// The SQLite file, made if it is not there. Relative to the configuration file.
    pub path: PathBuf,
    /// How long what is over is kept: ended holds, alerts that are done, changes that were made. The history of an address
    /// reaches back so far.
    pub keep: HumanDuration,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            path: "/var/lib/quell/journal.sqlite".into(),
            keep: HumanDuration::from_secs(90 * 24 * 60 * 60),
        }
    }
}
