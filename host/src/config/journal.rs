//! `[journal]`: where the journal is kept.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where alerts, holds and changes are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Journal {
    /// The SQLite file, made if it is not there. Relative to the configuration file.
    pub path: PathBuf,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            path: "/var/lib/quell/journal.sqlite".into(),
        }
    }
}
