//! Network interfaces as `DescribeNetworkInterfaces` lists them.

use std::net::IpAddr;

use aws_sdk_ec2::types;

use super::parsed;
use crate::cloud::{error::Fault, instance::Interface};

/// A network interface, attached or not.
pub(in crate::cloud::aws) fn interface(interface: &types::NetworkInterface) -> Result<Interface, Fault> {
    Ok(Interface {
        id: parsed(interface.network_interface_id(), "networkInterfaceId")?,
        subnet: parsed(interface.subnet_id(), "subnetId")?,
        vpc: parsed(interface.vpc_id(), "vpcId")?,
        addresses: addresses(interface)?,
        security_groups: interface
            .groups()
            .iter()
            .map(|group| parsed(group.group_id(), "groupId"))
            .collect::<Result<_, _>>()?,
    })
}

/// All addresses once, in the order in which those of an instance's interface stand: private, public, IPv6.
fn addresses(interface: &types::NetworkInterface) -> Result<Vec<IpAddr>, Fault> {
    let listed = interface.private_ip_addresses();
    let first = interface.private_ip_address().map(|text| (text, "privateIpAddress"));
    let private = listed
        .iter()
        .filter_map(|address| Some((address.private_ip_address()?, "privateIpAddressesSet.privateIpAddress")));
    // The interface's own association is that of its first address; the list has all of them.
    let associations =
        std::iter::once(interface.association()).chain(listed.iter().map(|address| address.association()));
    let public = associations
        .flatten()
        .filter_map(|association| Some((association.public_ip()?, "association.publicIp")));
    let v6 = interface
        .ipv6_addresses()
        .iter()
        .filter_map(|address| Some((address.ipv6_address()?, "ipv6AddressesSet.ipv6Address")));
    let mut addresses = Vec::new();
    for (text, field) in first.into_iter().chain(private).chain(public).chain(v6) {
        let address = parsed(Some(text), field)?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> types::builders::NetworkInterfaceBuilder {
        types::NetworkInterface::builder()
            .network_interface_id("eni-0a1b2c3d")
            .subnet_id("subnet-0a1b2c3d")
            .vpc_id("vpc-0a1b2c3d")
            .groups(types::GroupIdentifier::builder().group_id("sg-0a1b2c3d").build())
    }

    #[test]
    fn all_addresses_of_an_interface_are_there_once() {
        let association = |public: &str| types::NetworkInterfaceAssociation::builder().public_ip(public).build();
        let address = |private: &str, public: &str| {
            types::NetworkInterfacePrivateIpAddress::builder()
                .private_ip_address(private)
                .association(association(public))
                .build()
        };
        let v6 = types::NetworkInterfaceIpv6Address::builder()
            .ipv6_address("2001:db8::10")
            .build();
        let card = card()
            .private_ip_address("10.0.1.10")
            .association(association("198.51.100.10"))
            .private_ip_addresses(address("10.0.1.10", "198.51.100.10"))
            .private_ip_addresses(address("10.0.1.11", "198.51.100.11"))
            .ipv6_addresses(v6)
            .build();
        let addresses: Vec<_> = interface(&card)
            .unwrap()
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
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
    fn a_group_that_can_not_be_read_is_an_error_and_not_left_out() {
        let card = card().groups(types::GroupIdentifier::builder().build()).build();
        insta::assert_snapshot!(interface(&card).unwrap_err(), @"failed (unreadable): `groupId` is missing");
    }
}
