//! The options that say which targets are meant.

use clap::Args;

use crate::{hold::Resource, way::order::TargetFilter};

/// Which targets.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Only this network ACL, instance or security group
    #[arg(long = "at", value_name = "ID", alias = "acl")]
    pub resource: Option<Resource>,
    /// Only in this account
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Only in this region
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

impl From<Place> for TargetFilter {
    fn from(
        Place {
            resource,
            account,
            region,
        }: Place,
    ) -> Self {
        Self {
            account,
            region,
            resource,
        }
    }
}
