//! Only so many instances within an hour, so that a plugin that is wrong, or deceived, does not cut off a whole VPC.

use super::{
    Word,
    instance::{ChangedInstance, InstanceSurroundings},
};

/// Counts the instances that were changed within the last hour, in the same VPC and in the same Auto Scaling group. One that is changed already counts no second
/// time: to be changed again is to be held for longer.
pub(super) fn guard(most: u32, surroundings: &InstanceSurroundings) -> Word {
    let InstanceSurroundings { instance, changed, .. } = surroundings;
    if changed.iter().any(|other| other.id == instance.id) {
        return Ok(format!("{} is changed already", instance.id));
    }
    let count = |shares: &dyn Fn(&ChangedInstance) -> bool| changed.iter().filter(|other| shares(other)).count();
    let most_at_once = usize::try_from(most).unwrap_or(usize::MAX);
    let in_vpc = count(&|other| other.vpc == instance.vpc);
    let in_group = count(&|other| {
        instance.auto_scaling_group.is_some() && other.auto_scaling_group == instance.auto_scaling_group
    });
    if in_vpc.max(in_group) >= most_at_once {
        return Err(format!(
            "{} instances of its VPC or Auto Scaling group were changed within the hour already, and no more than {most} \
             may be (guard.instances-per-hour)",
            in_vpc.max(in_group)
        ));
    }
    Ok(format!(
        "{in_vpc} of at most {most} instances of its VPC were changed within the hour"
    ))
}
