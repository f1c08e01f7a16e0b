//! Which holds to list.

use ipnet::IpNet;

use super::Target;
use crate::cloud::{AclId, Direction};

/// Which holds to list: those that fulfil all that is set. The default lists all that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldFilter {
    /// Ended ones too.
    pub ended: bool,
    /// Only those on this target.
    pub target: Option<Target>,
    /// Only those in this account, 12 digits.
    pub account: Option<String>,
    /// Only those in this region.
    pub region: Option<String>,
    /// Only those on this network ACL, wherever it is.
    pub acl: Option<AclId>,
    /// Only those whose prefix has an address in common with this one.
    pub overlaps: Option<IpNet>,
    /// Only those that this plugin asked for last.
    pub plugin: Option<String>,
    /// Only those of this direction.
    pub direction: Option<Direction>,
    /// Only those whose prefix is denied ([`super::Coverage::is_covered`]), or only those whose prefix is not.
    pub covered: Option<bool>,
}
