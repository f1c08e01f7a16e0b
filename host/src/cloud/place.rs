//! Where in AWS.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One account in one region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CloudPlace {
    /// The account, 12 digits.
    pub account: String,
    /// The region, such as `eu-west-1`.
    pub region: String,
}

impl fmt::Display for CloudPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "account {} in {}", self.account, self.region)
    }
}
