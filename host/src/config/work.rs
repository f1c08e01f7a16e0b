//! `[work]`: how much is done at once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::Bounded;

/// How much is done at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Work {
    /// How many alerts may wait. When the queue is full a door says so, and the sender tries again.
    pub queue: Bounded<usize, 1, 1_000_000>,
    /// How many alerts are decided at the same time.
    pub workers: Bounded<usize, 1, 256>,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            queue: Bounded::default_of(1000),
            workers: Bounded::default_of(4),
        }
    }
}
