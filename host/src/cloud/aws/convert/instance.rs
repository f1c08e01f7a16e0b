//! Instances.

use aws_sdk_ec2::types;

use super::{parsed, required};
use crate::cloud::{
    error::Fault,
    instance::{Instance, Interface},
};

/// An instance with its interfaces by device index.
pub(in crate::cloud::aws) fn instance(instance: &types::Instance) -> Result<Instance, Fault> {
    let state = required(instance.state().and_then(|state| state.name()), "instanceState.name")?;
    // A terminated instance has no VPC any more, and neither has one of EC2-Classic.
    let vpc = match instance.vpc_id().filter(|id| !id.is_empty()) {
        Some(id) => Some(parsed(Some(id), "vpcId")?),
        None => None,
    };
    let host_names = [instance.private_dns_name(), instance.public_dns_name()];
    let mut interfaces: Vec<_> = instance.network_interfaces().iter().collect();
    interfaces.sort_by_key(|interface| interface.attachment().and_then(|attachment| attachment.device_index()));
    let mut tags: Vec<_> = instance
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect();
    tags.sort();
    Ok(Instance {
        id: parsed(instance.instance_id(), "instanceId")?,
        state: state.as_str().to_owned(),
        vpc,
        host_names: host_names
            .into_iter()
            .flatten()
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
        interfaces: interfaces.into_iter().map(interface).collect::<Result<_, _>>()?,
        tags,
    })
}

fn interface(interface: &types::InstanceNetworkInterface) -> Result<Interface, Fault> {
    let mut addresses = Vec::new();
    let mut add = |text: Option<&str>, field: &str| -> Result<(), Fault> {
        if let Some(text) = text {
            let address = parsed(Some(text), field)?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(())
    };
    add(interface.private_ip_address(), "privateIpAddress")?;
    for address in interface.private_ip_addresses() {
        add(address.private_ip_address(), "privateIpAddressesSet.privateIpAddress")?;
    }
    // The interface's own association is that of its first address; the list has all of them.
    let lists = interface
        .private_ip_addresses()
        .iter()
        .map(|address| address.association());
    for association in std::iter::once(interface.association()).chain(lists).flatten() {
        add(association.public_ip(), "association.publicIp")?;
    }
    for address in interface.ipv6_addresses() {
        add(address.ipv6_address(), "ipv6AddressesSet.ipv6Address")?;
    }
    Ok(Interface {
        id: parsed(interface.network_interface_id(), "networkInterfaceId")?,
        subnet: parsed(interface.subnet_id(), "subnetId")?,
        vpc: parsed(interface.vpc_id(), "vpcId")?,
        addresses,
        security_groups: interface
            .groups()
            .iter()
            .map(|group| parsed(group.group_id(), "groupId"))
            .collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn association(public: &str) -> types::InstanceNetworkInterfaceAssociation {
        types::InstanceNetworkInterfaceAssociation::builder()
            .public_ip(public)
            .build()
    }

    fn card(id: &str, index: i32) -> types::builders::InstanceNetworkInterfaceBuilder {
        types::InstanceNetworkInterface::builder()
            .network_interface_id(id)
            .subnet_id("subnet-0a1b2c3d")
            .vpc_id("vpc-0a1b2c3d")
            .attachment(
                types::InstanceNetworkInterfaceAttachment::builder()
                    .device_index(index)
                    .build(),
            )
    }

    fn machine() -> types::builders::InstanceBuilder {
        types::Instance::builder()
            .instance_id("i-0a1b2c3d")
            .state(
                types::InstanceState::builder()
                    .name(types::InstanceStateName::Running)
                    .build(),
            )
            .vpc_id("vpc-0a1b2c3d")
    }

    #[test]
    fn all_addresses_of_an_interface_are_there_once() {
        let first = types::InstancePrivateIpAddress::builder()
            .private_ip_address("10.0.1.10")
            .association(association("198.51.100.10"))
            .build();
        let second = types::InstancePrivateIpAddress::builder()
            .private_ip_address("10.0.1.11")
            .association(association("198.51.100.11"))
            .build();
        let v6 = types::InstanceIpv6Address::builder()
            .ipv6_address("2001:db8::10")
            .build();
        let card = card("eni-0a1b2c3d", 0)
            .private_ip_address("10.0.1.10")
            .association(association("198.51.100.10"))
            .private_ip_addresses(first)
            .private_ip_addresses(second)
            .ipv6_addresses(v6)
            .build();
        let read = instance(&machine().network_interfaces(card).build()).unwrap();
        let addresses: Vec<_> = read.interfaces[0].addresses.iter().map(ToString::to_string).collect();
        assert_eq!(
            addresses,
            [
                "10.0.1.10",
                "10.0.1.11",
                "198.51.100.10",
                "198.51.100.11",
                "2001:db8::10"
            ]
        );
    }

    #[test]
    fn interfaces_stand_by_device_index() {
        let machine = machine()
            .network_interfaces(card("eni-0b1b2c3d", 1).build())
            .network_interfaces(card("eni-0a1b2c3d", 0).build())
            .build();
        let read = instance(&machine).unwrap();
        let ids: Vec<_> = read.interfaces.iter().map(|interface| interface.id.as_str()).collect();
        assert_eq!(ids, ["eni-0a1b2c3d", "eni-0b1b2c3d"]);
    }

    #[test]
    fn an_empty_host_name_is_none() {
        let machine = machine()
            .private_dns_name("ip-10-0-1-10.example.internal")
            .public_dns_name("")
            .build();
        assert_eq!(
            instance(&machine).unwrap().host_names,
            ["ip-10-0-1-10.example.internal"]
        );
    }

    #[test]
    fn an_instance_without_a_state_can_not_be_read() {
        let fault = instance(&machine().set_state(None).build()).unwrap_err();
        insta::assert_snapshot!(fault, @"failed (unreadable): `instanceState.name` is missing");
    }

    #[test]
    fn an_address_that_is_none_can_not_be_read() {
        let card = card("eni-0a1b2c3d", 0).private_ip_address("10.0.1.256").build();
        let fault = instance(&machine().network_interfaces(card).build()).unwrap_err();
        insta::assert_snapshot!(fault, @"failed (unreadable): `privateIpAddress` is `10.0.1.256`: invalid IP address syntax");
    }
}
