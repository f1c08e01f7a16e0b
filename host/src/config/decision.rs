//! `[decision]`: what is made of the answers of several plugins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::roster::Answers;

/// What is made of the answers of several plugins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Decision {
    /// Whose answers count if an alert is routed to several plugins.
    pub answers: Answers,
}
