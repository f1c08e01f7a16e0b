//! Only so many instances within an hour, so that a plugin that is wrong, or deceived, does not cut off a whole VPC.

mod most;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::most::Most;
use super::{
    Word,
    instance::{ChangedInstance, InstanceSurroundings},
};
use crate::hold::Share;

/// How many instances there are where an instance is, terminated ones left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// In its VPC.
    pub in_vpc: usize,
    /// In its Auto Scaling group, if it is in one.
    pub in_group: Option<usize>,
}

/// Counts the instances that were changed within the last hour, in the same VPC and in the same Auto Scaling group. One that is changed already counts no second
/// time: to be changed again is to be held for longer.
pub(super) fn guard(most: Most, surroundings: &InstanceSurroundings) -> Word {
    let InstanceSurroundings {
        instance,
        changed,
        fleet,
        ..
    } = surroundings;
    if changed.iter().any(|other| other.id == instance.id) {
        return Ok(format!("{} is changed already", instance.id));
    }
    let count = |shares: &dyn Fn(&ChangedInstance) -> bool| changed.iter().filter(|other| shares(other)).count();
    let in_vpc = count(&|other| other.vpc == instance.vpc);
    let of_vpc = most.of(fleet.map(|fleet| fleet.in_vpc))?;
    let told = refuse("its VPC", in_vpc, of_vpc, most)?;
    if let Some(group) = &instance.auto_scaling_group {
        let in_group = count(&|other| other.auto_scaling_group.as_ref() == Some(group));
        let of_group = most.of(fleet.and_then(|fleet| fleet.in_group))?;
        refuse(&format!("its Auto Scaling group {group}"), in_group, of_group, most)?;
    }
    Ok(told)
}

/// What the tallies of shares are called, beside those of budgets.
pub(crate) const SHARE: &str = "instances-per-hour";

/// How many instances may be changed where this one is, for the journal, which counts over all processes what this guard counts of what it knows.
pub(super) fn shares(most: Most, surroundings: &InstanceSurroundings) -> Vec<Share> {
    let InstanceSurroundings {
        target,
        instance,
        fleet,
        ..
    } = surroundings;
    let share = |of: String, most: usize| Share {
        of: format!("{SHARE}/{}/{}/{of}", target.account, target.region),
        most: u32::try_from(most).unwrap_or(u32::MAX),
    };
    let of_vpc = instance.vpc.as_ref().zip(most.of(fleet.map(|fleet| fleet.in_vpc)).ok());
    let of_group = most.of(fleet.and_then(|fleet| fleet.in_group)).ok();
    let of_group = instance.auto_scaling_group.as_ref().zip(of_group);
    let of_vpc = of_vpc.map(|(vpc, most)| share(vpc.to_string(), most));
    let of_group = of_group.map(|(group, most)| share(format!("group/{group}"), most));
    of_vpc.into_iter().chain(of_group).collect()
}

fn refuse(whole: &str, changed: usize, most_at_once: usize, most: Most) -> Word {
    let limit = match most {
        Most::Instances(_) => most_at_once.to_string(),
        Most::Percent(percent) => format!("{most_at_once} ({percent}%)"),
    };
    if changed >= most_at_once {
        return Err(format!(
            "{changed} instances of {whole} were changed within the hour already, and no more than {limit} may be \
             (guard.instances-per-hour)"
        ));
    }
    Ok(format!(
        "{changed} of at most {limit} instances of {whole} were changed within the hour"
    ))
}
