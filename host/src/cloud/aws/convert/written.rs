//! Entries in the form in which they are written.

use aws_sdk_ec2::types;
use ipnet::IpNet;

use crate::cloud::acl::{Direction, Entry, RuleAction};

/// An entry as the parameters of `CreateNetworkAclEntry` and of `ReplaceNetworkAclEntry`, which are the same.
pub(in crate::cloud::aws) struct WrittenEntry {
    /// Its number.
    pub(in crate::cloud::aws) number: i32,
    /// Whether it is for traffic that leaves the subnet.
    pub(in crate::cloud::aws) egress: bool,
    /// `-1` for all, or a number.
    pub(in crate::cloud::aws) protocol: String,
    /// What it does.
    pub(in crate::cloud::aws) action: types::RuleAction,
    /// Its prefix, if it is of IPv4.
    pub(in crate::cloud::aws) v4: Option<String>,
    /// Its prefix, if it is of IPv6.
    pub(in crate::cloud::aws) v6: Option<String>,
    /// Its ports, if it has any.
    pub(in crate::cloud::aws) ports: Option<types::PortRange>,
    /// Its ICMP type and code, if it has one.
    pub(in crate::cloud::aws) icmp: Option<types::IcmpTypeCode>,
}

impl From<&Entry> for WrittenEntry {
    fn from(entry: &Entry) -> Self {
        let (v4, v6) = match entry.prefix {
            IpNet::V4(prefix) => (Some(prefix.to_string()), None),
            IpNet::V6(prefix) => (None, Some(prefix.to_string())),
        };
        Self {
            number: entry.number.into(),
            egress: entry.direction == Direction::Egress,
            protocol: entry.protocol.to_string(),
            action: match entry.action {
                RuleAction::Allow => types::RuleAction::Allow,
                RuleAction::Deny => types::RuleAction::Deny,
            },
            v4,
            v6,
            ports: entry
                .ports
                .map(|ports| types::PortRange::builder().from(ports.first).to(ports.last).build()),
            icmp: entry
                .icmp
                .map(|icmp| types::IcmpTypeCode::builder().r#type(icmp.kind).code(icmp.code).build()),
        }
    }
}
