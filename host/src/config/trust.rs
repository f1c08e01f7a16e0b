//! `[trust]`: whose plugins are run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trust::Key;

/// Whose plugins are run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Trust {
    /// Public keys of minisign. If there are any, a plugin that has a `file` is loaded only with a signature by one of them. Built-in plugins are part of the
    /// program, and have none.
    pub keys: Vec<Key>,
}
