//! Revocations: which rule of a security group goes, and what may stay of it.

use std::fmt;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::{Direction, GroupRule, Peer, PortRange, RuleSpec, SecurityGroupRuleId};

/// One ingress rule that is taken out of a security group. It is matched exactly: a rule that lets more in, or less, is another rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Revocation {
    /// As EC2 says it: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub protocol: String,
    /// The ports. None for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<PortRange>,
    /// Whom it lets in.
    pub peer: Peer,
    /// Only the rule that has this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<SecurityGroupRuleId>,
    /// Only a rule that has this description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who may come in as before: for each of these a rule is put in its place. Each lies inside of the prefix that the rule lets in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub narrow_to: Vec<IpNet>,
}

impl Revocation {
    /// Whether it is this rule that shall go.
    pub fn is(&self, rule: &GroupRule) -> bool {
        let GroupRule { id, rule } = rule;
        rule.direction == Direction::Ingress
            && rule.protocol == self.protocol
            && rule.ports == self.ports
            && rule.peer == self.peer
            && self.rule.as_ref().is_none_or(|named| named == id)
            && self
                .description
                .as_ref()
                .is_none_or(|named| rule.description.as_deref().unwrap_or_default() == named)
    }

    /// Whether a rule lets in all that this one does, and more.
    pub fn is_inside(&self, rule: &RuleSpec) -> bool {
        let all_protocols = rule.protocol == "-1";
        let ports = match (rule.ports, self.ports) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(theirs), Some(ours)) => theirs.first <= ours.first && ours.last <= theirs.last,
        };
        let peer = match (&rule.peer, &self.peer) {
            (Peer::Prefix(theirs), Peer::Prefix(ours)) => theirs.contains(ours),
            (theirs, ours) => theirs == ours,
        };
        rule.direction == Direction::Ingress
            && (all_protocols || (rule.protocol == self.protocol && ports))
            && peer
            && (&rule.protocol, &rule.ports, &rule.peer) != (&self.protocol, &self.ports, &self.peer)
    }

    /// The rules that come in its place.
    pub fn instead(&self, of: &RuleSpec) -> Vec<RuleSpec> {
        let narrowed = |prefix: &IpNet| RuleSpec {
            peer: Peer::Prefix(*prefix),
            ..of.clone()
        };
        self.narrow_to.iter().map(narrowed).collect()
    }
}

/// `revoke tcp 22 from 0.0.0.0/0`.
impl fmt::Display for Revocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("revoke ")?;
        match self.protocol.as_str() {
            "-1" => formatter.write_str("all traffic")?,
            protocol => formatter.write_str(protocol)?,
        }
        match self.ports {
            None => {}
            Some(ports) if ports.first == ports.last => write!(formatter, " {}", ports.first)?,
            Some(ports) => write!(formatter, " {}-{}", ports.first, ports.last)?,
        }
        write!(formatter, " from {}", self.peer)?;
        if let Some(rule) = &self.rule {
            write!(formatter, " ({rule})")?;
        }
        Ok(())
    }
}
