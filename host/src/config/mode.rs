//! The mode: whether anything is written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the host acts on what was decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Carry out what passes the guards.
    #[default]
    Enforce,
    /// Do everything but the write.
    Observe,
}
