//! Security groups.

use aws_sdk_ec2::types;

use super::{parsed, required, tag::tags};
use crate::cloud::{
    acl::PortRange,
    error::Fault,
    security_group::{Peer, SecurityGroup, SecurityGroupRule},
};

/// A security group. EC2 lists several peers under one permission; here each has a rule.
pub(in crate::cloud::aws) fn security_group(group: &types::SecurityGroup) -> Result<SecurityGroup, Fault> {
    Ok(SecurityGroup {
        id: parsed(group.group_id(), "groupId")?,
        name: required(group.group_name(), "groupName")?.to_owned(),
        vpc: match group.vpc_id().filter(|id| !id.is_empty()) {
            Some(id) => Some(parsed(Some(id), "vpcId")?),
            None => None,
        },
        tags: tags(group.tags()).into_iter().map(|tag| (tag.key, tag.value)).collect(),
        ingress: rules(group.ip_permissions())?,
        egress: rules(group.ip_permissions_egress())?,
    })
}

fn rules(permissions: &[types::IpPermission]) -> Result<Vec<SecurityGroupRule>, Fault> {
    let mut rules = Vec::new();
    for permission in permissions {
        let protocol = required(permission.ip_protocol(), "ipProtocol")?;
        let ports = match (permission.from_port(), permission.to_port()) {
            (Some(first), Some(last)) => Some(PortRange { first, last }),
            _ => None,
        };
        for peer in peers(permission)? {
            rules.push(SecurityGroupRule {
                protocol: protocol.to_owned(),
                ports,
                peer,
            });
        }
    }
    Ok(rules)
}

fn peers(permission: &types::IpPermission) -> Result<Vec<Peer>, Fault> {
    let mut peers = Vec::new();
    for range in permission.ip_ranges() {
        peers.push(Peer::Prefix(parsed(range.cidr_ip(), "cidrIp")?));
    }
    for range in permission.ipv6_ranges() {
        peers.push(Peer::Prefix(parsed(range.cidr_ipv6(), "cidrIpv6")?));
    }
    for pair in permission.user_id_group_pairs() {
        peers.push(Peer::Group(required(pair.group_id(), "groups.groupId")?.to_owned()));
    }
    for list in permission.prefix_list_ids() {
        peers.push(Peer::PrefixList(
            required(list.prefix_list_id(), "prefixListId")?.to_owned(),
        ));
    }
    Ok(peers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(permission: types::IpPermission) -> types::SecurityGroup {
        types::SecurityGroup::builder()
            .group_id("sg-0a1b2c3d")
            .group_name("web")
            .ip_permissions(permission)
            .build()
    }

    #[test]
    fn each_peer_of_a_permission_has_a_rule() {
        let permission = types::IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(443)
            .to_port(443)
            .ip_ranges(types::IpRange::builder().cidr_ip("198.51.100.0/24").build())
            .ipv6_ranges(types::Ipv6Range::builder().cidr_ipv6("2001:db8::/32").build())
            .user_id_group_pairs(types::UserIdGroupPair::builder().group_id("sg-0b1b2c3d").build())
            .prefix_list_ids(types::PrefixListId::builder().prefix_list_id("pl-0a1b2c3d").build())
            .build();
        let read = security_group(&group(permission)).unwrap();
        let peers: Vec<_> = read.ingress.iter().map(|rule| rule.peer.clone()).collect();
        assert_eq!(
            peers,
            [
                Peer::Prefix("198.51.100.0/24".parse().unwrap()),
                Peer::Prefix("2001:db8::/32".parse().unwrap()),
                Peer::Group("sg-0b1b2c3d".to_owned()),
                Peer::PrefixList("pl-0a1b2c3d".to_owned()),
            ]
        );
        assert!(
            read.ingress
                .iter()
                .all(|rule| rule.ports == Some(PortRange { first: 443, last: 443 }))
        );
        assert_eq!(read.egress, []);
    }

    #[test]
    fn a_peer_that_can_not_be_read_is_an_error_and_not_left_out() {
        let permission = types::IpPermission::builder()
            .ip_protocol("-1")
            .ip_ranges(types::IpRange::builder().cidr_ip("anywhere").build())
            .build();
        let fault = security_group(&group(permission)).unwrap_err();
        insta::assert_snapshot!(fault, @"failed (unreadable): `cidrIp` is `anywhere`: invalid IP address syntax");
    }
}
