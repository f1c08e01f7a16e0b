//! Rules of security groups with all that they have, so that one can be taken away and put back.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    acl::{Direction, PortRange},
    id::SecurityGroupRuleId,
    security_group::Peer,
    tag::Tag,
};

/// A rule of a security group as it stands. One that is put back gets another id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRule {
    /// Its id.
    pub id: SecurityGroupRuleId,
    /// What it is.
    pub rule: RuleSpec,
}

/// All of a rule of a security group but its id. A group has no two rules of one direction with equal protocol, ports and peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleSpec {
    /// Which way, as seen from the interface.
    pub direction: Direction,
    /// As EC2 says it: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub protocol: String,
    /// The ports, or the type and code of ICMP. None for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<PortRange>,
    /// The other side. A group of another account stands here with its owner, such as `444455556666/sg-0a1b2c3d`: without that EC2 would not take
    /// the rule back.
    pub peer: Peer,
    /// What its owner says of it, up to 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its tags, by key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl RuleSpec {
    /// Whether EC2 takes both for the same rule: description and tags do not count.
    pub fn is_equal_for_ec2(&self, other: &Self) -> bool {
        let key = |rule: &Self| (rule.direction, rule.protocol.clone(), rule.ports, rule.peer.clone());
        key(self) == key(other)
    }
}

impl fmt::Display for RuleSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = if self.protocol == "-1" {
            "all traffic"
        } else {
            &self.protocol
        };
        write!(formatter, "{} {protocol}", self.direction)?;
        if let Some(PortRange { first, last }) = self.ports {
            write!(formatter, " {first}")?;
            if first != last {
                write!(formatter, "-{last}")?;
            }
        }
        match self.direction {
            Direction::Ingress => write!(formatter, " from {}", self.peer),
            Direction::Egress => write!(formatter, " to {}", self.peer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> RuleSpec {
        RuleSpec {
            direction: Direction::Ingress,
            protocol: "tcp".to_owned(),
            ports: Some(PortRange { first: 22, last: 22 }),
            peer: Peer::Prefix("198.51.100.0/24".parse().unwrap()),
            description: None,
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_rule_is_the_same_whatever_its_owner_says_of_it() {
        let described = RuleSpec {
            description: Some("office".to_owned()),
            tags: vec![Tag::new("owner", "web")],
            ..rule()
        };
        assert!(described.is_equal_for_ec2(&rule()));
        let egress = RuleSpec {
            direction: Direction::Egress,
            ..rule()
        };
        assert!(!egress.is_equal_for_ec2(&rule()));
    }

    #[test]
    fn a_rule_is_shown_on_one_line() {
        insta::assert_snapshot!(rule(), @"ingress tcp 22 from 198.51.100.0/24");
        let all = RuleSpec {
            direction: Direction::Egress,
            protocol: "-1".to_owned(),
            ports: None,
            peer: Peer::Group("sg-0a1b2c3d".to_owned()),
            ..rule()
        };
        insta::assert_snapshot!(all, @"egress all traffic to sg-0a1b2c3d");
    }
}
