//! The options that say which network ACLs are meant.

use clap::Args;

use crate::{cloud::AclId, way::order::TargetFilter};

/// Which network ACLs.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Only this network ACL
    #[arg(long, value_name = "ACL_ID")]
    pub acl: Option<AclId>,
    /// Only in this account
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// Only in this region
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
}

impl From<Place> for TargetFilter {
    fn from(Place { acl, account, region }: Place) -> Self {
        Self { account, region, acl }
    }
}
