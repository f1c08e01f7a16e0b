//! Facts, as the contract has them.

use crate::{
    cloud::{
        Direction, Entry, Instance, Interface, NetworkAcl, Peer, PortRange, RuleAction, SecurityGroup,
        SecurityGroupRule,
    },
    fact::{History, Observation},
    sandbox::bindings::quell::plugin::{facts, types},
};

use super::instant;

pub(in crate::sandbox) fn observation(observation: Observation) -> facts::Observation {
    facts::Observation {
        id: observation.id,
        kind: observation.kind,
        time: observation.time.and_then(instant),
        raw: observation.raw,
        extensions: Vec::new(),
    }
}

pub(in crate::sandbox) fn instance(instance: Instance) -> facts::Instance {
    facts::Instance {
        id: instance.id.into(),
        state: instance.state,
        vpc: instance.vpc.map(Into::into),
        host_names: instance.host_names,
        interfaces: instance.interfaces.into_iter().map(interface).collect(),
        tags: instance
            .tags
            .into_iter()
            .map(|(key, value)| facts::Tag { key, value })
            .collect(),
        extensions: Vec::new(),
    }
}

fn interface(interface: Interface) -> facts::NetworkInterface {
    facts::NetworkInterface {
        id: interface.id.into(),
        subnet: interface.subnet.into(),
        vpc: interface.vpc.into(),
        addresses: interface.addresses.iter().map(ToString::to_string).collect(),
        security_groups: interface.security_groups.into_iter().map(Into::into).collect(),
    }
}

pub(in crate::sandbox) fn network_acl(acl: NetworkAcl) -> facts::NetworkAcl {
    facts::NetworkAcl {
        id: acl.id.into(),
        vpc: acl.vpc.into(),
        subnets: acl.subnets.into_iter().map(Into::into).collect(),
        is_default: acl.is_default,
        entries: acl.entries.iter().map(entry).collect(),
        extensions: Vec::new(),
    }
}

fn entry(entry: &Entry) -> facts::AclEntry {
    facts::AclEntry {
        number: entry.number.into(),
        egress: entry.direction == Direction::Egress,
        allow: entry.action == RuleAction::Allow,
        prefix: entry.prefix.to_string(),
        protocol: entry.protocol.to_string(),
        // The contract has the ICMP type and code in the same place, as EC2's security groups do.
        ports: entry.ports.map(ports).or(entry.icmp.map(|icmp| types::PortRange {
            first: icmp.kind,
            last: icmp.code,
        })),
    }
}

pub(in crate::sandbox) fn security_group(group: SecurityGroup) -> facts::SecurityGroup {
    facts::SecurityGroup {
        id: group.id.into(),
        name: group.name,
        vpc: group.vpc.map(Into::into),
        ingress: group.ingress.into_iter().map(rule).collect(),
        egress: group.egress.into_iter().map(rule).collect(),
        extensions: Vec::new(),
    }
}

fn rule(rule: SecurityGroupRule) -> facts::SecurityGroupRule {
    facts::SecurityGroupRule {
        protocol: rule.protocol,
        ports: rule.ports.map(ports),
        peer: match rule.peer {
            Peer::Prefix(prefix) => prefix.to_string(),
            Peer::Group(id) | Peer::PrefixList(id) => id,
        },
    }
}

fn ports(ports: PortRange) -> types::PortRange {
    types::PortRange {
        first: ports.first,
        last: ports.last,
    }
}

pub(in crate::sandbox) fn history(history: History) -> facts::History {
    facts::History {
        holds: history.holds,
        offences: history.offences,
        in_force: history.in_force,
        last_since: history.last_since.and_then(instant),
        last_until: history.last_until.and_then(instant),
        extensions: Vec::new(),
    }
}
