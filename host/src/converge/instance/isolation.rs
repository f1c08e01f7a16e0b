//! Isolation groups: the groups that interfaces of a VPC are put into, and what there is of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Flows, InstanceTerms,
    interfaces::same,
    own_group::{self, OwnGroup},
};
use crate::{
    cloud::{SecurityGroupId, VpcId},
    converge::{LiveInstance, Step},
    hold::{GroupChange, GroupRole, Hold, Remedy},
};

/// The groups of Quell's own in the VPCs that an isolation needs them in. None where one has to be made first.
pub(in crate::converge) type OwnGroups = BTreeMap<(VpcId, GroupRole), Option<OwnGroup>>;

/// What interfaces are put into, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::converge) struct Isolating {
    /// The group in which flows are not tracked. None if flows go on.
    pub(super) transit: Option<SecurityGroupId>,
    /// The groups in which they stay.
    pub(super) groups: Vec<SecurityGroupId>,
}

/// The groups of Quell's own that these holds need on this instance: which VPC, which role.
pub(in crate::converge) fn needed_groups(
    live: &LiveInstance,
    holds: &[Hold],
    terms: &InstanceTerms,
) -> BTreeSet<(VpcId, GroupRole)> {
    let isolations = holds.iter().filter_map(|hold| match &hold.remedy {
        Remedy::Isolate { isolate } => Some(isolate),
        _ => None,
    });
    let mut needed = BTreeSet::new();
    for isolation in isolations {
        let meant = |id| isolation.interface.as_ref().is_none_or(|only| only == id);
        for interface in live.interfaces.iter().filter(|interface| meant(&interface.id)) {
            if isolation.groups.is_empty() && !terms.isolation_groups.contains_key(&interface.vpc) {
                needed.insert((interface.vpc.clone(), GroupRole::Isolation));
            }
            if terms.flows == Flows::Cut {
                needed.insert((interface.vpc.clone(), GroupRole::Transit));
            }
        }
    }
    needed
}

/// The groups that a plugin, or else the configuration, names for a VPC. None if none is named: then one of Quell's own is used.
pub(super) fn named(vpc: &VpcId, groups: &[SecurityGroupId], terms: &InstanceTerms) -> Option<Vec<SecurityGroupId>> {
    match groups {
        [] => terms.isolation_groups.get(vpc).map(|group| vec![group.clone()]),
        named => Some(named.to_vec()),
    }
}

/// The groups that are named for interfaces of this instance which are not in them yet, each with the VPC that it has to be in.
pub(super) fn groups_to_check(
    live: &LiveInstance,
    holds: &[Hold],
    terms: &InstanceTerms,
) -> BTreeSet<(VpcId, SecurityGroupId)> {
    let mut to_check = BTreeSet::new();
    for hold in holds {
        let Remedy::Isolate { isolate } = &hold.remedy else {
            continue;
        };
        for interface in &live.interfaces {
            let is_meant = isolate.interface.as_ref().is_none_or(|only| *only == interface.id);
            let groups = named(&interface.vpc, &isolate.groups, terms).unwrap_or_default();
            if is_meant && !same(&interface.security_groups, &groups) {
                to_check.extend(groups.into_iter().map(|group| (interface.vpc.clone(), group)));
            }
        }
    }
    to_check
}

/// What the interfaces of a VPC are put into by a hold that names `groups`; or what has to be done before that is known.
pub(super) fn isolating(
    vpc: &VpcId,
    groups: &[SecurityGroupId],
    own: &OwnGroups,
    terms: &InstanceTerms,
) -> Result<Isolating, Vec<Step>> {
    let mut first = Vec::new();
    let mut own_group = |role| match own.get(&(vpc.clone(), role)) {
        Some(Some(group)) => {
            first.extend(own_group::mend(group, role, terms));
            Some(group.id.clone())
        }
        _ => {
            let vpc = vpc.clone();
            first.push(Step::plain(GroupChange::CreateGroup { vpc, role }));
            None
        }
    };
    let groups = match named(vpc, groups, terms) {
        Some(named) => Some(named),
        None => own_group(GroupRole::Isolation).map(|group| vec![group]),
    };
    let transit = match terms.flows {
        Flows::Deny | Flows::Keep => None,
        Flows::Cut => own_group(GroupRole::Transit),
    };
    match groups {
        Some(groups) if first.is_empty() => Ok(Isolating { transit, groups }),
        _ => Err(first),
    }
}
