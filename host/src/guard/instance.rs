//! What an instance is must be known before it is isolated, stopped, started or rebooted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fleet;
use crate::{
    alert::Place,
    cloud::{CloudPlace, InstanceId, VpcId, instance::AUTO_SCALING_GROUP},
    hold::Target,
};

/// What is known of an instance that shall be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceSurroundings {
    /// The instance.
    pub target: Target,
    /// What it is, and what it is in.
    pub instance: ChangedInstance,
    /// Its tags, by key.
    pub tags: Vec<(String, String)>,
    /// The instances of this account and region that Quell changed within the last hour, or would have by the decision that this one is part of; and this one,
    /// if it is held already.
    pub changed: Vec<ChangedInstance>,
    /// How many there are where it is. None if nothing depends on that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<Fleet>,
}

/// An instance that Quell changes, with what it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedInstance {
    /// Its id.
    pub id: InstanceId,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Its Auto Scaling group.
    pub auto_scaling_group: Option<String>,
}

impl ChangedInstance {
    /// An instance, as EC2 describes it.
    pub fn of(instance: &crate::cloud::Instance) -> Self {
        let group = instance.tags.iter().find(|(key, _)| key == AUTO_SCALING_GROUP);
        Self {
            id: instance.id.clone(),
            vpc: instance.vpc.clone(),
            auto_scaling_group: group.map(|(_, group)| group.clone()),
        }
    }

    /// An instance, as a thing that is switched on and off.
    pub fn of_machine(machine: &crate::cloud::Machine) -> Self {
        let group = machine.tags.iter().find(|tag| tag.key == AUTO_SCALING_GROUP);
        Self {
            id: machine.id.clone(),
            vpc: machine.vpc.clone(),
            auto_scaling_group: group.map(|tag| tag.value.clone()),
        }
    }
}

/// Without its VPC and its tags nobody can tell whether it may be changed.
pub(super) fn guard<'a>(
    surroundings: Result<&'a InstanceSurroundings, &str>,
    alert: &Place,
    home: &CloudPlace,
) -> Result<(&'a InstanceSurroundings, String), String> {
    let surroundings = surroundings.map_err(|why| format!("what the instance is can't be found out: {why}"))?;
    let InstanceSurroundings { target, instance, .. } = surroundings;
    if target.place() != *home {
        return Err(format!("{target} is not in {home}, which the alert is for"));
    }
    let Some(vpc) = &instance.vpc else {
        return Err(format!("{} is in no VPC", instance.id));
    };
    if let Some(named) = alert.vpc.as_ref().filter(|named| *named != vpc.as_str()) {
        return Err(format!("the alert is for {named}, {} is in {vpc}", instance.id));
    }
    let within = match &instance.auto_scaling_group {
        Some(group) => format!("{vpc}, Auto Scaling group {group}"),
        None => vpc.to_string(),
    };
    Ok((surroundings, format!("{} is in {within}", instance.id)))
}
