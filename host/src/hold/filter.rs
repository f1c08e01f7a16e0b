//! Which holds to list.

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Hold, HoldId, Resource, Target};
use crate::cloud::Direction;

/// Which holds to list: those that fulfil all that is set. The default lists all that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
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

impl HoldFilter {
    /// Whether a hold is one of those to list.
    #[must_use]
    pub fn takes(&self, hold: &Hold) -> bool {
        let Target {
            account,
            region,
            resource,
        } = &hold.target;
        let denial = hold.remedy.denial();
        fn is<T: PartialEq>(asked: Option<&T>, found: &T) -> bool {
            asked.is_none_or(|asked| asked == found)
        }
        (self.ended || hold.ended.is_none())
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&hold.id))
            && is(self.target.as_ref(), &hold.target)
            && is(self.account.as_ref(), account)
            && is(self.region.as_ref(), region)
            && is(self.resource.as_ref(), resource)
            && is(self.plugin.as_ref(), &hold.plugin)
            && self.since.is_none_or(|since| hold.since >= since)
            && is(self.is_denial.as_ref(), &denial.is_some())
            && is(self.covered.as_ref(), &hold.coverage.is_covered())
            && self
                .direction
                .is_none_or(|direction| denial.is_some_and(|denial| denial.direction == direction))
            && self
                .overlaps
                .is_none_or(|prefix| denial.is_some_and(|denial| overlap(denial.prefix, prefix)))
    }
}

/// Whether two prefixes have an address in common: one of them contains the other.
fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}
