//! Rules of security groups with their ids, and in the form in which they are written.

use aws_sdk_ec2::types;
use ipnet::IpNet;

use super::{parsed, required, tag::tags, unreadable};
use crate::cloud::{
    acl::{Direction, PortRange},
    error::Fault,
    group_rule::{GroupRule, RuleSpec},
    security_group::Peer,
};

/// A rule with its id.
pub(in crate::cloud::aws) fn group_rule(rule: &types::SecurityGroupRule) -> Result<GroupRule, Fault> {
    let protocol = required(rule.ip_protocol(), "ipProtocol")?;
    // Of all protocols, and of those without ports, EC2 says -1 here and nothing elsewhere.
    let ports = match (protocol, rule.from_port(), rule.to_port()) {
        ("tcp" | "udp" | "icmp" | "icmpv6", Some(first), Some(last)) => Some(PortRange { first, last }),
        _ => None,
    };
    Ok(GroupRule {
        id: parsed(rule.security_group_rule_id(), "securityGroupRuleId")?,
        rule: RuleSpec {
            direction: if required(rule.is_egress(), "isEgress")? {
                Direction::Egress
            } else {
                Direction::Ingress
            },
            protocol: protocol.to_owned(),
            ports,
            peer: peer(rule)?,
            description: rule.description().filter(|text| !text.is_empty()).map(str::to_owned),
            tags: tags(rule.tags()),
        },
    })
}

fn peer(rule: &types::SecurityGroupRule) -> Result<Peer, Fault> {
    if let Some(prefix) = rule.cidr_ipv4().filter(|text| !text.is_empty()) {
        return Ok(Peer::Prefix(parsed(Some(prefix), "cidrIpv4")?));
    }
    if let Some(prefix) = rule.cidr_ipv6().filter(|text| !text.is_empty()) {
        return Ok(Peer::Prefix(parsed(Some(prefix), "cidrIpv6")?));
    }
    if let Some(list) = rule.prefix_list_id().filter(|text| !text.is_empty()) {
        return Ok(Peer::PrefixList(list.to_owned()));
    }
    let named = rule
        .referenced_group_info()
        .ok_or_else(|| unreadable("a rule has no peer"))?;
    let id = required(named.group_id(), "referencedGroupInfo.groupId")?;
    Ok(Peer::Group(match named.user_id() {
        Some(owner) if rule.group_owner_id().is_some_and(|own| own != owner) => format!("{owner}/{id}"),
        _ => id.to_owned(),
    }))
}

/// A rule as the one permission of `AuthorizeSecurityGroupIngress` or `AuthorizeSecurityGroupEgress`.
pub(in crate::cloud::aws) fn written_rule(rule: &RuleSpec) -> types::IpPermission {
    let description = rule.description.clone();
    let permission = types::IpPermission::builder()
        .ip_protocol(&rule.protocol)
        .set_from_port(rule.ports.map(|ports| ports.first))
        .set_to_port(rule.ports.map(|ports| ports.last));
    match &rule.peer {
        Peer::Prefix(IpNet::V4(prefix)) => permission.ip_ranges(
            types::IpRange::builder()
                .cidr_ip(prefix.to_string())
                .set_description(description)
                .build(),
        ),
        Peer::Prefix(IpNet::V6(prefix)) => permission.ipv6_ranges(
            types::Ipv6Range::builder()
                .cidr_ipv6(prefix.to_string())
                .set_description(description)
                .build(),
        ),
        Peer::Group(named) => {
            let (owner, id) = match named.split_once('/') {
                Some((owner, id)) => (Some(owner.to_owned()), id),
                None => (None, named.as_str()),
            };
            permission.user_id_group_pairs(
                types::UserIdGroupPair::builder()
                    .group_id(id)
                    .set_user_id(owner)
                    .set_description(description)
                    .build(),
            )
        }
        Peer::PrefixList(list) => permission.prefix_list_ids(
            types::PrefixListId::builder()
                .prefix_list_id(list)
                .set_description(description)
                .build(),
        ),
    }
    .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::tag::Tag;

    fn rule() -> types::builders::SecurityGroupRuleBuilder {
        types::SecurityGroupRule::builder()
            .security_group_rule_id("sgr-0a1b2c3d")
            .group_owner_id("111122223333")
            .is_egress(false)
            .ip_protocol("tcp")
            .from_port(22)
            .to_port(22)
    }

    #[test]
    fn a_rule_keeps_its_description_and_its_tags() {
        let sent = rule()
            .cidr_ipv4("198.51.100.0/24")
            .description("office")
            .tags(types::Tag::builder().key("owner").value("web").build())
            .build();
        let read = group_rule(&sent).unwrap();
        assert_eq!(read.id.as_str(), "sgr-0a1b2c3d");
        assert_eq!(read.rule.to_string(), "ingress tcp 22 from 198.51.100.0/24");
        assert_eq!(read.rule.description.as_deref(), Some("office"));
        assert_eq!(read.rule.tags, [Tag::new("owner", "web")]);
        let range = &written_rule(&read.rule).ip_ranges.unwrap_or_default()[0];
        assert_eq!(
            (range.cidr_ip(), range.description()),
            (Some("198.51.100.0/24"), Some("office"))
        );
    }

    #[test]
    fn a_rule_for_all_protocols_has_no_ports() {
        let sent = rule()
            .is_egress(true)
            .ip_protocol("-1")
            .from_port(-1)
            .to_port(-1)
            .cidr_ipv6("::/0")
            .build();
        let read = group_rule(&sent).unwrap().rule;
        assert_eq!(read.to_string(), "egress all traffic to ::/0");
        assert_eq!(written_rule(&read).from_port(), None);
    }

    #[test]
    fn a_group_of_another_account_stands_with_its_owner_and_is_written_with_it() {
        let peer = |owner: &str| {
            let named = types::ReferencedSecurityGroup::builder()
                .group_id("sg-0b1b2c3d")
                .user_id(owner)
                .build();
            group_rule(&rule().referenced_group_info(named).build()).unwrap().rule
        };
        assert_eq!(peer("111122223333").peer, Peer::Group("sg-0b1b2c3d".to_owned()));
        let foreign = peer("444455556666");
        assert_eq!(foreign.peer, Peer::Group("444455556666/sg-0b1b2c3d".to_owned()));
        let written = written_rule(&foreign);
        let pair = &written.user_id_group_pairs()[0];
        assert_eq!(
            (pair.user_id(), pair.group_id()),
            (Some("444455556666"), Some("sg-0b1b2c3d"))
        );
    }

    #[test]
    fn a_rule_without_a_peer_can_not_be_read() {
        insta::assert_snapshot!(group_rule(&rule().build()).unwrap_err(), @"failed (unreadable): a rule has no peer");
    }
}
