//! A simulated account as it is written in TOML. Nothing here is checked against anything else yet.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use ipnet::IpNet;
use serde::Deserialize;

use super::validation::DEFAULT_RULE_QUOTA;
use crate::cloud::{
    acl::{Direction, Entry, IcmpKind, PortRange, Protocol, RuleAction},
    group_rule::RuleSpec,
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, SubnetId, VpcId},
    machine::MachineState,
    security_group::Peer,
    tag::Tag,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenAccount {
    pub(super) account: String,
    pub(super) region: String,
    #[serde(default = "default_rule_quota")]
    pub(super) rule_quota: u16,
    #[serde(default)]
    pub(super) not_permitted: Vec<String>,
    #[serde(default)]
    pub(super) vpc: Vec<WrittenVpc>,
    #[serde(default)]
    pub(super) subnet: Vec<WrittenSubnet>,
    #[serde(default)]
    pub(super) network_acl: Vec<WrittenAcl>,
    #[serde(default)]
    pub(super) security_group: Vec<WrittenSecurityGroup>,
    #[serde(default)]
    pub(super) instance: Vec<WrittenInstance>,
    #[serde(default)]
    pub(super) elastic_address: Vec<WrittenAddress>,
    #[serde(default)]
    pub(super) customer_gateway: Vec<WrittenAddress>,
}

/// A public address, and the id of what has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenAddress {
    pub(super) id: String,
    pub(super) address: Ipv4Addr,
}

fn default_rule_quota() -> u16 {
    DEFAULT_RULE_QUOTA
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenVpc {
    pub(super) id: VpcId,
    pub(super) prefixes: Vec<IpNet>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenSubnet {
    pub(super) id: SubnetId,
    pub(super) vpc: VpcId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenAcl {
    pub(super) id: AclId,
    pub(super) vpc: VpcId,
    #[serde(default)]
    pub(super) default: bool,
    #[serde(default)]
    pub(super) subnets: Vec<SubnetId>,
    #[serde(default)]
    pub(super) entries: Vec<WrittenEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenEntry {
    number: u16,
    direction: Direction,
    action: RuleAction,
    prefix: IpNet,
    #[serde(default)]
    protocol: WrittenProtocol,
    ports: Option<WrittenPorts>,
    icmp: Option<IcmpKind>,
}

impl From<WrittenEntry> for Entry {
    fn from(written: WrittenEntry) -> Self {
        Self {
            number: written.number,
            direction: written.direction,
            action: written.action,
            prefix: written.prefix,
            protocol: written.protocol.0,
            ports: written.ports.map(|ports| ports.0),
            icmp: written.icmp,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenSecurityGroup {
    pub(super) id: SecurityGroupId,
    pub(super) name: String,
    pub(super) vpc: VpcId,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) ingress: Vec<WrittenSecurityGroupRule>,
    #[serde(default)]
    pub(super) egress: Vec<WrittenSecurityGroupRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenSecurityGroupRule {
    #[serde(default)]
    protocol: WrittenProtocol,
    ports: Option<WrittenPorts>,
    peer: WrittenPeer,
    description: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

impl WrittenSecurityGroupRule {
    /// The rule, for this direction.
    pub(super) fn spec(self, direction: Direction) -> RuleSpec {
        // Who writes no ports means all of them; EC2 has to be told so.
        let all = |first, last| Some(PortRange { first, last });
        let (protocol, ports) = match self.protocol.0 {
            Protocol::Number(1) => ("icmp".to_owned(), all(-1, -1)),
            Protocol::Number(6) => ("tcp".to_owned(), all(0, u16::MAX.into())),
            Protocol::Number(17) => ("udp".to_owned(), all(0, u16::MAX.into())),
            Protocol::Number(58) => ("icmpv6".to_owned(), all(-1, -1)),
            other => (other.to_string(), None),
        };
        RuleSpec {
            direction,
            protocol,
            ports: self.ports.map(|ports| ports.0).or(ports),
            peer: self.peer.0,
            description: self.description,
            tags: tags(self.tags),
        }
    }
}

/// Tags that are written as a table.
pub(super) fn tags(written: BTreeMap<String, String>) -> Vec<Tag> {
    written.into_iter().map(|(key, value)| Tag { key, value }).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenInstance {
    pub(super) id: InstanceId,
    #[serde(default = "running")]
    pub(super) state: MachineState,
    #[serde(default)]
    pub(super) host_names: Vec<String>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// None for one volume, unless the root device is an instance store.
    pub(super) volumes: Option<Vec<String>>,
    #[serde(default)]
    pub(super) root_instance_store: bool,
    #[serde(default)]
    pub(super) hibernation: bool,
    pub(super) auto_scaling_group: Option<String>,
    /// By name, with the port.
    #[serde(default)]
    pub(super) target_groups: BTreeMap<String, u16>,
    #[serde(default)]
    pub(super) interface: Vec<WrittenInterface>,
}

fn running() -> MachineState {
    MachineState::Running
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenInterface {
    pub(super) id: InterfaceId,
    pub(super) subnet: SubnetId,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) security_groups: Vec<SecurityGroupId>,
}

/// A protocol as a word that people use, or its IANA number.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct WrittenProtocol(Protocol);

impl Default for WrittenProtocol {
    fn default() -> Self {
        Self(Protocol::All)
    }
}

impl TryFrom<String> for WrittenProtocol {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let protocol = match text.as_str() {
            "all" => Protocol::All,
            "icmp" => Protocol::Number(1),
            "tcp" => Protocol::Number(6),
            "udp" => Protocol::Number(17),
            "icmpv6" => Protocol::Number(58),
            number => Protocol::Number(number.parse().map_err(|_| {
                format!("`{text}` is not a protocol: write all, tcp, udp, icmp, icmpv6 or a number from 0 to 255")
            })?),
        };
        Ok(Self(protocol))
    }
}

/// One port, such as `443`, or several, such as `1024-65535`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct WrittenPorts(PortRange);

impl TryFrom<String> for WrittenPorts {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((&text, &text));
        match (first.parse::<u16>(), last.parse::<u16>()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self(PortRange {
                first: first.into(),
                last: last.into(),
            })),
            _ => Err(format!(
                "`{text}` is not a range of ports: write one such as 443 or 1024-65535"
            )),
        }
    }
}

/// The other side of a security group's rule: a prefix, `sg-…` or `pl-…`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct WrittenPeer(Peer);

impl TryFrom<String> for WrittenPeer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.starts_with("sg-") {
            return Ok(Self(Peer::Group(text)));
        }
        if text.starts_with("pl-") {
            return Ok(Self(Peer::PrefixList(text)));
        }
        match text.parse::<IpNet>() {
            Ok(prefix) => Ok(Self(Peer::Prefix(prefix.trunc()))),
            Err(_) => Err(format!(
                "`{text}` is not a peer: write a prefix such as 192.0.2.0/24, an sg-… or a pl-…"
            )),
        }
    }
}
