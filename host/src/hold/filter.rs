//! Which holds to list.

use ipnet::IpNet;
use jiff::Timestamp;

use super::{HoldId, Resource, Target};
use crate::cloud::Direction;

/// Which holds to list: those that fulfil all that is set. The default lists all that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldFilter {
    /// Ended ones too.
    pub ended: bool,
    /// Only those with these numbers.
    pub ids: Option<Vec<HoldId>>,
    /// Only those on this target.
    pub target: Option<Target>,
    /// Only those in this account, 12 digits.
    pub account: Option<String>,
    /// Only those in this region.
    pub region: Option<String>,
    /// Only those on this network ACL, instance or security group, wherever it is.
    pub resource: Option<Resource>,
    /// Only those whose prefix has an address in common with this one.
    pub overlaps: Option<IpNet>,
    /// Only those that this plugin asked for last.
    pub plugin: Option<String>,
    /// Only those that deny in this direction.
    pub direction: Option<Direction>,
    /// Only those that began at this time or later.
    pub since: Option<Timestamp>,
    /// Only those that deny a prefix, or only those that do something else.
    pub is_denial: Option<bool>,
    /// Only those that are covered ([`super::Coverage::is_covered`]), or only those that are not.
    pub covered: Option<bool>,
}
