//! Instances as things that are switched on and off.

use aws_sdk_ec2::types;

use super::{parsed, required, tag::tags, unreadable};
use crate::cloud::{
    error::Fault,
    machine::{Machine, MachineState, Transition},
};

/// What bears on stopping an instance.
pub(in crate::cloud::aws) fn machine(instance: &types::Instance) -> Result<Machine, Fault> {
    // A terminated instance has no VPC any more.
    let vpc = match instance.vpc_id().filter(|id| !id.is_empty()) {
        Some(id) => Some(parsed(Some(id), "vpcId")?),
        None => None,
    };
    let mut volumes: Vec<_> = instance
        .block_device_mappings()
        .iter()
        .filter_map(|mapping| Some(mapping.ebs()?.volume_id()?.to_owned()))
        .collect();
    volumes.sort();
    let hibernation = instance.hibernation_options();
    Ok(Machine {
        id: parsed(instance.instance_id(), "instanceId")?,
        vpc,
        state: state(instance.state())?,
        tags: tags(instance.tags()),
        volumes,
        root_is_instance_store: instance.root_device_type() == Some(&types::DeviceType::InstanceStore),
        hibernates: hibernation.and_then(|options| options.configured()).unwrap_or_default(),
    })
}

/// What a call made of an instance.
pub(in crate::cloud::aws) fn transition(change: &types::InstanceStateChange) -> Result<Transition, Fault> {
    Ok(Transition {
        before: state(change.previous_state())?,
        after: state(change.current_state())?,
    })
}

fn state(state: Option<&types::InstanceState>) -> Result<MachineState, Fault> {
    let name = required(state.and_then(|state| state.name()), "instanceState.name")?;
    match name {
        types::InstanceStateName::Pending => Ok(MachineState::Pending),
        types::InstanceStateName::Running => Ok(MachineState::Running),
        types::InstanceStateName::ShuttingDown => Ok(MachineState::ShuttingDown),
        types::InstanceStateName::Terminated => Ok(MachineState::Terminated),
        types::InstanceStateName::Stopping => Ok(MachineState::Stopping),
        types::InstanceStateName::Stopped => Ok(MachineState::Stopped),
        other => Err(unreadable(format!("`instanceState.name` is `{other}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(state: &str) -> types::builders::InstanceBuilder {
        types::Instance::builder()
            .instance_id("i-0a1b2c3d")
            .state(types::InstanceState::builder().name(state.into()).build())
    }

    fn disk(id: &str) -> types::InstanceBlockDeviceMapping {
        let disk = types::EbsInstanceBlockDevice::builder().volume_id(id).build();
        types::InstanceBlockDeviceMapping::builder().ebs(disk).build()
    }

    #[test]
    fn what_bears_on_a_stop_is_read() {
        let sent = instance("running")
            .block_device_mappings(disk("vol-0b1b2c3d"))
            .block_device_mappings(disk("vol-0a1b2c3d"))
            .root_device_type(types::DeviceType::Ebs)
            .hibernation_options(types::HibernationOptions::builder().configured(true).build())
            .build();
        let read = machine(&sent).unwrap();
        assert_eq!(read.volumes, ["vol-0a1b2c3d", "vol-0b1b2c3d"]);
        assert_eq!(read.state, MachineState::Running);
        assert!(read.hibernates && !read.root_is_instance_store);

        let stored = instance("running")
            .root_device_type(types::DeviceType::InstanceStore)
            .build();
        assert!(machine(&stored).unwrap().root_is_instance_store);
    }

    #[test]
    fn a_state_that_is_new_can_not_be_read() {
        let fault = machine(&instance("napping").build()).unwrap_err();
        insta::assert_snapshot!(fault, @"failed (unreadable): `instanceState.name` is `napping`");
    }
}
