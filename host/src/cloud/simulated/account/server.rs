//! Instances of an account that is read, and their interfaces.

use super::{Account, AccountError, add, must_be_in};
use crate::cloud::{
    id::InstanceId,
    instance::Interface,
    machine::{MachineState, ScalingMembership},
    simulated::{
        card::Card,
        server::{IN_SERVICE, Server},
        written::{WrittenInstance, WrittenInterface},
    },
};

impl Account {
    /// Adds an instance with its interfaces. One that is terminated has no interfaces, VPC and volumes any more, as in AWS.
    pub(super) fn add_server(&mut self, written: WrittenInstance) -> Result<(), AccountError> {
        let is_over = written.state == MachineState::Terminated;
        let mut server = Server::new(written.id, written.state, written.host_names);
        server.tags = written.tags;
        server.root_is_instance_store = written.root_instance_store;
        server.hibernates = written.hibernation;
        server.volumes = match written.volumes {
            Some(volumes) => volumes,
            None if written.root_instance_store => Vec::new(),
            None => vec![root_volume(&server.id)],
        };
        server.volumes.sort();
        server.scaling = written.auto_scaling_group.map(|group| ScalingMembership {
            group,
            lifecycle: IN_SERVICE.to_owned(),
        });
        server.target_groups = written.target_groups;
        for (index, interface) in written.interface.into_iter().enumerate() {
            let interface = self.interface(interface)?;
            server.vpc.get_or_insert_with(|| interface.vpc.clone());
            let card = Card {
                attached: Some((server.id.clone(), index)),
                interface,
            };
            if !is_over {
                add(&mut self.cards, card.interface.id.clone(), card)?;
            }
        }
        if is_over {
            server.terminate();
        }
        add(&mut self.servers, server.id.clone(), server)
    }

    fn interface(&self, written: WrittenInterface) -> Result<Interface, AccountError> {
        let by = written.id.as_str();
        let vpc = self.vpc_of_subnet(&written.subnet, by)?.clone();
        for id in &written.security_groups {
            let group = self.groups.get(id).ok_or_else(|| AccountError::Unknown {
                by: by.to_owned(),
                id: id.to_string(),
                table: "security-group",
            })?;
            must_be_in(&vpc, &group.vpc, by, id.as_str())?;
        }
        Ok(Interface {
            id: written.id,
            subnet: written.subnet,
            vpc,
            addresses: written.addresses,
            security_groups: written.security_groups,
        })
    }
}

/// The volume of an instance for which none is written.
fn root_volume(instance: &InstanceId) -> String {
    instance.as_str().replacen("i-", "vol-", 1)
}
