//! What else bears on an instance: the groups that isolate it, those that it goes back into, and its Auto Scaling group.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    InstanceTerms,
    back::groups_to_put_back,
    isolation::{OwnGroups, groups_to_check, needed_groups},
    own_group::{OwnGroup, tags},
    view,
};
use crate::{
    cloud::{Cloud, CloudError, Fault, InstanceId, InterfaceId, ScalingMembership, SecurityGroupId, VpcId},
    converge::{LiveInstance, group},
    decision::StateChange,
    hold::{Hold, Image, InterfaceImage, Remedy, Situation},
};

/// What was seen around an instance. Each is asked for only where it matters.
#[derive(Debug, Default)]
pub(in crate::converge) struct Around {
    /// The groups of Quell's own that its isolation needs.
    pub(super) own_groups: OwnGroups,
    /// The groups that are named to isolate it and that an interface in this VPC can't be put into, each with the reason.
    pub(super) unusable_groups: BTreeMap<(VpcId, SecurityGroupId), String>,
    /// The groups that its interfaces were in, are to be put back into, and that somebody deleted meanwhile.
    pub(super) gone_groups: BTreeSet<SecurityGroupId>,
    /// The Auto Scaling group that it is in. None if it is in none, or if no hold stops it.
    pub(super) scaling: Option<ScalingMembership>,
}

/// Reads an instance and the interfaces that it has.
pub(in crate::converge) async fn read(cloud: &dyn Cloud, id: &InstanceId) -> Result<LiveInstance, CloudError> {
    Ok(LiveInstance {
        machine: cloud.machine(id).await?,
        interfaces: cloud.interfaces_of(id).await?,
        serving: None,
    })
}

/// Looks around an instance that was read, and adds what is known of our own writes, and the interfaces that were taken from it while they were isolated.
pub(in crate::converge) async fn look_around(
    mut read: LiveInstance,
    cloud: &dyn Cloud,
    situation: &Situation,
    terms: &InstanceTerms,
) -> Result<(LiveInstance, Around), CloudError> {
    let elsewhere = taken_away(&read, situation);
    if !elsewhere.is_empty() {
        read.interfaces.extend(cloud.interfaces(&elsewhere).await?);
    }
    let own_groups = own_groups(cloud, &read, situation, terms).await?;
    let live = view(read, &situation.recent);
    let around = Around {
        own_groups,
        unusable_groups: unusable_groups(cloud, &live, situation, terms).await?,
        gone_groups: gone_groups(cloud, &live, situation).await?,
        scaling: scaling(cloud, &live, situation).await?,
    };
    Ok((live, around))
}

/// The interfaces that have an image and that the instance has no more.
fn taken_away(live: &LiveInstance, situation: &Situation) -> Vec<InterfaceId> {
    let is_attached = |image: &&InterfaceImage| {
        let mut live = live.interfaces.iter();
        live.any(|interface| interface.id == image.interface)
    };
    let images = situation.images.iter().filter_map(|kept| match &kept.image {
        Image::Interface(image) => Some(image),
        _ => None,
    });
    images
        .filter(|image| !is_attached(image))
        .map(|image| image.interface.clone())
        .collect()
}

async fn own_groups(
    cloud: &dyn Cloud,
    live: &LiveInstance,
    situation: &Situation,
    terms: &InstanceTerms,
) -> Result<OwnGroups, CloudError> {
    let mut own_groups = OwnGroups::default();
    for (vpc, role) in needed_groups(live, &situation.holds, terms) {
        let mut found = None;
        for tag in tags(role) {
            found = cloud.groups_tagged(&vpc, &tag).await?.into_iter().next();
        }
        let group = match found {
            None => None,
            Some(found) => {
                let rules = group::view(group::read(cloud, &found.id).await?, &situation.recent).rules;
                Some(OwnGroup { rules, id: found.id })
            }
        };
        own_groups.insert((vpc, role), group);
    }
    Ok(own_groups)
}

/// They are looked for before the first call: an interface is on its way through a group that lets everything in, and must not be left there.
async fn unusable_groups(
    cloud: &dyn Cloud,
    live: &LiveInstance,
    situation: &Situation,
    terms: &InstanceTerms,
) -> Result<BTreeMap<(VpcId, SecurityGroupId), String>, CloudError> {
    let mut unusable = BTreeMap::new();
    for (vpc, group) in groups_to_check(live, &situation.holds, terms) {
        let wrong = match cloud.security_group(&group).await {
            Ok(found) if found.vpc.as_ref() == Some(&vpc) => continue,
            Ok(_) => format!("security group {group} is not in {vpc}"),
            Err(error) if matches!(error.fault, Fault::NotFound { .. }) => {
                format!("there is no security group {group}")
            }
            Err(error) => return Err(error),
        };
        let why = format!("{wrong}, and the plugin or `instance.isolation-groups` names it to isolate what is there");
        unusable.insert((vpc, group), why);
    }
    Ok(unusable)
}

async fn gone_groups(
    cloud: &dyn Cloud,
    live: &LiveInstance,
    situation: &Situation,
) -> Result<BTreeSet<SecurityGroupId>, CloudError> {
    let mut gone = BTreeSet::new();
    for group in groups_to_put_back(live, situation) {
        match cloud.security_group(&group).await {
            Ok(_) => {}
            Err(error) if matches!(error.fault, Fault::NotFound { .. }) => {
                gone.insert(group);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(gone)
}

/// Another service, and another permission.
async fn scaling(
    cloud: &dyn Cloud,
    live: &LiveInstance,
    situation: &Situation,
) -> Result<Option<ScalingMembership>, CloudError> {
    let stops = |hold: &Hold| {
        matches!(
            hold.remedy,
            Remedy::SetState {
                change: StateChange::Stop
            }
        )
    };
    match &live.machine {
        Some(machine) if situation.holds.iter().any(stops) => cloud.scaling(&machine.id).await,
        _ => Ok(None),
    }
}
