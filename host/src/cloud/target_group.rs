//! Target groups: whom load balancers send their users to.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An instance's place in a target group. In one group it may have several, a port each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct TargetGroupMembership {
    /// The group's name.
    pub group: String,
    /// The port that the load balancer sends to.
    pub port: u16,
    /// How it stands there, as Elastic Load Balancing says it: `healthy`, `unhealthy`, `draining`, `unused`, …
    pub health: String,
}

impl fmt::Display for TargetGroupMembership {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, port, health } = self;
        write!(formatter, "{group} (port {port}, {health})")
    }
}
