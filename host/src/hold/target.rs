//! The target of a hold.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::{AclId, CloudPlace};

/// One network ACL of one account in one region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The AWS account, 12 digits.
    pub account: String,
    /// The AWS region.
    pub region: String,
    /// The network ACL.
    pub acl: AclId,
}

impl Target {
    /// Its account and region.
    pub fn place(&self) -> CloudPlace {
        CloudPlace {
            account: self.account.clone(),
            region: self.region.clone(),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.account, self.region, self.acl)
    }
}
