//! Network ACLs.

use aws_sdk_ec2::types;

use super::{parsed, required, unreadable};
use crate::cloud::{
    acl::{Direction, Entry, IcmpKind, NetworkAcl, PortRange, Protocol, RuleAction},
    error::Fault,
};

/// A network ACL with its entries in the order of evaluation.
pub(in crate::cloud::aws) fn network_acl(acl: &types::NetworkAcl) -> Result<NetworkAcl, Fault> {
    let mut subnets = acl
        .associations()
        .iter()
        .map(|association| parsed(association.subnet_id(), "subnetId"))
        .collect::<Result<Vec<_>, _>>()?;
    subnets.sort();
    let mut entries = acl.entries().iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| (entry.direction, entry.number));
    Ok(NetworkAcl {
        id: parsed(acl.network_acl_id(), "networkAclId")?,
        vpc: parsed(acl.vpc_id(), "vpcId")?,
        subnets,
        is_default: required(acl.is_default(), "default")?,
        entries,
    })
}

fn entry(entry: &types::NetworkAclEntry) -> Result<Entry, Fault> {
    let number = required(entry.rule_number(), "ruleNumber")?;
    let number = u16::try_from(number).map_err(|_| unreadable(format!("`ruleNumber` is {number}")))?;
    let action = match required(entry.rule_action(), "ruleAction")? {
        types::RuleAction::Allow => RuleAction::Allow,
        types::RuleAction::Deny => RuleAction::Deny,
        other => return Err(unreadable(format!("`ruleAction` is `{other}`"))),
    };
    let direction = if required(entry.egress(), "egress")? {
        Direction::Egress
    } else {
        Direction::Ingress
    };
    // An empty text is what some servers send for the family that an entry is not of.
    let v4 = entry.cidr_block().filter(|text| !text.is_empty());
    let v6 = entry.ipv6_cidr_block().filter(|text| !text.is_empty());
    let prefix = match v6 {
        None => parsed(v4, "cidrBlock")?,
        Some(_) if v4.is_none() => parsed(v6, "ipv6CidrBlock")?,
        Some(_) => {
            return Err(unreadable(format!(
                "entry {number} has both `cidrBlock` and `ipv6CidrBlock`"
            )));
        }
    };
    Ok(Entry {
        number,
        direction,
        action,
        prefix,
        protocol: protocol(required(entry.protocol(), "protocol")?)?,
        ports: entry.port_range().map(ports).transpose()?,
        icmp: entry.icmp_type_code().map(icmp).transpose()?,
    })
}

fn protocol(text: &str) -> Result<Protocol, Fault> {
    if text == "-1" {
        return Ok(Protocol::All);
    }
    let number = text
        .parse()
        .map_err(|_| unreadable(format!("`protocol` is `{text}`")))?;
    Ok(Protocol::Number(number))
}

fn ports(range: &types::PortRange) -> Result<PortRange, Fault> {
    Ok(PortRange {
        first: required(range.from(), "portRange.from")?,
        last: required(range.to(), "portRange.to")?,
    })
}

fn icmp(kind: &types::IcmpTypeCode) -> Result<IcmpKind, Fault> {
    Ok(IcmpKind {
        kind: required(kind.r#type(), "icmpTypeCode.type")?,
        code: required(kind.code(), "icmpTypeCode.code")?,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn rule(number: i32, egress: bool) -> types::builders::NetworkAclEntryBuilder {
        types::NetworkAclEntry::builder()
            .rule_number(number)
            .egress(egress)
            .protocol("-1")
            .rule_action(types::RuleAction::Deny)
            .cidr_block("198.51.100.7/32")
    }

    fn acl(entries: Vec<types::NetworkAclEntry>) -> types::NetworkAcl {
        types::NetworkAcl::builder()
            .network_acl_id("acl-0a1b2c3d")
            .vpc_id("vpc-0a1b2c3d")
            .is_default(false)
            .set_entries(Some(entries))
            .build()
    }

    #[test]
    fn entries_come_out_in_the_order_of_evaluation_whatever_order_ec2_sends() {
        let sent = [(100, true), (32_767, false), (99, false), (1, true)];
        let acl = acl(sent.map(|(number, egress)| rule(number, egress).build()).to_vec());
        let order: Vec<_> = network_acl(&acl)
            .unwrap()
            .entries
            .iter()
            .map(|entry| (entry.direction, entry.number))
            .collect();
        assert_eq!(
            order,
            [
                (Direction::Ingress, 99),
                (Direction::Ingress, 32_767),
                (Direction::Egress, 1),
                (Direction::Egress, 100),
            ]
        );
    }

    #[test]
    fn an_entry_keeps_its_family_ports_and_icmp_type() {
        let v6 = rule(7, false)
            .set_cidr_block(None)
            .ipv6_cidr_block("2001:db8::/32")
            .protocol("6")
            .port_range(types::PortRange::builder().from(80).to(443).build())
            .build();
        let ping = rule(8, false)
            .protocol("1")
            .icmp_type_code(types::IcmpTypeCode::builder().r#type(8).code(-1).build())
            .build();
        let read = network_acl(&acl(vec![v6, ping])).unwrap().entries;
        assert_eq!(read[0].prefix.to_string(), "2001:db8::/32");
        assert_eq!(read[0].protocol, Protocol::Number(6));
        assert_eq!(read[0].ports, Some(PortRange { first: 80, last: 443 }));
        assert_eq!(read[1].icmp, Some(IcmpKind { kind: 8, code: -1 }));
    }

    #[rstest]
    #[case::no_number(rule(7, false).set_rule_number(None))]
    #[case::a_number_that_is_none(rule(-1, false))]
    #[case::no_direction(rule(7, false).set_egress(None))]
    #[case::no_prefix(rule(7, false).set_cidr_block(None))]
    #[case::a_prefix_that_is_none(rule(7, false).cidr_block("not a prefix"))]
    #[case::two_prefixes(rule(7, false).ipv6_cidr_block("::/0"))]
    #[case::a_protocol_that_is_none(rule(7, false).protocol("tcp/ip"))]
    #[case::an_unknown_action(rule(7, false).rule_action("log".into()))]
    #[case::half_a_port_range(rule(7, false).port_range(types::PortRange::builder().from(1).build()))]
    fn one_entry_that_can_not_be_read_makes_the_acl_unreadable(#[case] bad: types::builders::NetworkAclEntryBuilder) {
        let read = network_acl(&acl(vec![rule(1, false).build(), bad.build()]));
        assert!(
            matches!(&read, Err(Fault::Other { code, .. }) if code == "unreadable"),
            "{read:?}"
        );
    }

    #[test]
    fn the_error_names_the_field_and_its_value() {
        let fault = network_acl(&acl(vec![rule(7, false).cidr_block("198.51.100.7/99").build()])).unwrap_err();
        insta::assert_snapshot!(fault, @"failed (unreadable): `cidrBlock` is `198.51.100.7/99`: invalid IP address syntax");
    }
}
