//! A security group of the simulated account.

use super::text;
use crate::cloud::{
    acl::Direction,
    error::Fault,
    group_rule::{GroupRule, RuleSpec},
    id::{SecurityGroupId, SecurityGroupRuleId, VpcId},
    security_group::{Peer, SecurityGroup, SecurityGroupRule},
    tag::Tag,
};

/// How many rules a group may have by default, a direction and family (quota L-0EA8095F). One that names a group or a prefix list counts for both
/// families.
const MOST_RULES: usize = 60;

/// A security group with all that it and its rules have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: SecurityGroupId,
    pub(super) name: String,
    pub(super) vpc: VpcId,
    pub(super) tags: Vec<Tag>,
    /// In the order in which they came.
    pub(super) rules: Vec<GroupRule>,
}

impl Group {
    /// The group as `DescribeSecurityGroups` tells it.
    pub(super) fn told(&self) -> SecurityGroup {
        let rules = |direction| {
            let rules = self.rules.iter().map(|rule| &rule.rule);
            rules
                .filter(|rule| rule.direction == direction)
                .map(|rule| SecurityGroupRule {
                    protocol: rule.protocol.clone(),
                    ports: rule.ports,
                    peer: rule.peer.clone(),
                })
                .collect()
        };
        SecurityGroup {
            id: self.id.clone(),
            name: self.name.clone(),
            vpc: Some(self.vpc.clone()),
            tags: self
                .tags
                .iter()
                .map(|tag| (tag.key.clone(), tag.value.clone()))
                .collect(),
            ingress: rules(Direction::Ingress),
            egress: rules(Direction::Egress),
        }
    }

    /// Its rules by id.
    pub(super) fn rules_by_id(&self) -> Vec<GroupRule> {
        let mut rules = self.rules.clone();
        rules.sort_by(|one, other| one.id.cmp(&other.id));
        rules
    }

    /// Adds a rule, which is in the form in which EC2 keeps it, or says with EC2's words why not.
    pub(super) fn authorize(&mut self, id: SecurityGroupRuleId, rule: RuleSpec) -> Result<(), Fault> {
        if self.rules.iter().any(|other| other.rule.is_equal_for_ec2(&rule)) {
            return Err(Fault::Duplicate {
                code: "InvalidPermission.Duplicate".to_owned(),
                message: format!(
                    "the specified rule \"peer: {}, {}\" already exists",
                    rule.peer, rule.protocol
                ),
            });
        }
        for is_v6 in [false, true] {
            let counts = |other: &RuleSpec| other.direction == rule.direction && counts_for(&other.peer, is_v6);
            let others = self.rules.iter().filter(|other| counts(&other.rule)).count();
            if counts(&rule) && others >= MOST_RULES {
                return Err(Fault::Invalid {
                    code: "RulesPerSecurityGroupLimitExceeded".to_owned(),
                    message: "The maximum number of rules per security group has been reached.".to_owned(),
                });
            }
        }
        self.rules.push(GroupRule { id, rule });
        Ok(())
    }

    /// Takes a rule out, or says with EC2's words why not.
    pub(super) fn revoke(&mut self, direction: Direction, id: &SecurityGroupRuleId) -> Result<(), Fault> {
        let mut rules = self.rules.iter();
        let position = rules.position(|rule| rule.id == *id && rule.rule.direction == direction);
        let position = position.ok_or_else(|| Fault::NotFound {
            code: "InvalidSecurityGroupRuleId.NotFound".to_owned(),
            message: format!("The security group rule ID '{id}' does not exist"),
        })?;
        self.rules.remove(position);
        Ok(())
    }

    /// Sets a tag, in the place of one with the same key.
    pub(super) fn tag(&mut self, tag: Tag) {
        self.tags.retain(|other| other.key != tag.key);
        self.tags.push(tag);
        self.tags = text::tags_as_kept(&self.tags);
    }
}

fn counts_for(peer: &Peer, is_v6: bool) -> bool {
    match peer {
        Peer::Prefix(prefix) => prefix.addr().is_ipv6() == is_v6,
        Peer::Group(_) | Peer::PrefixList(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{acl::PortRange, id::MadeUp};

    fn group() -> Group {
        Group {
            id: "sg-0a1b2c3d".parse().unwrap(),
            name: "web".to_owned(),
            vpc: "vpc-0a1b2c3d".parse().unwrap(),
            tags: Vec::new(),
            rules: Vec::new(),
        }
    }

    fn rule(direction: Direction, port: i32, peer: &str) -> RuleSpec {
        RuleSpec {
            direction,
            protocol: "tcp".to_owned(),
            ports: Some(PortRange {
                first: port,
                last: port,
            }),
            peer: match peer.parse() {
                Ok(prefix) => Peer::Prefix(prefix),
                Err(_) => Peer::Group(peer.to_owned()),
            },
            description: None,
            tags: Vec::new(),
        }
    }

    fn add(group: &mut Group, rule: RuleSpec) -> Result<(), Fault> {
        let number = u64::try_from(group.rules.len()).unwrap();
        group.authorize(SecurityGroupRuleId::made_up(number), rule)
    }

    #[test]
    fn the_quota_counts_each_direction_and_family_apart_and_a_group_for_both() {
        let mut group = group();
        for port in 1..=59 {
            add(&mut group, rule(Direction::Ingress, port, "198.51.100.0/24")).unwrap();
        }
        add(&mut group, rule(Direction::Ingress, 1, "sg-0b1b2c3d")).unwrap();
        let full = add(&mut group, rule(Direction::Ingress, 60, "198.51.100.0/24")).unwrap_err();
        insta::assert_snapshot!(full, @"refused (RulesPerSecurityGroupLimitExceeded): The maximum number of rules per security group has been reached.");
        assert!(add(&mut group, rule(Direction::Ingress, 60, "sg-0b1b2c3d")).is_err());
        add(&mut group, rule(Direction::Egress, 60, "198.51.100.0/24")).unwrap();
        for port in 1..=59 {
            add(&mut group, rule(Direction::Ingress, port, "2001:db8::/32")).unwrap();
        }
        assert!(add(&mut group, rule(Direction::Ingress, 60, "2001:db8::/32")).is_err());
    }

    #[test]
    fn an_equal_rule_is_there_already_whatever_its_owner_says_of_it() {
        let mut group = group();
        add(&mut group, rule(Direction::Ingress, 22, "198.51.100.0/24")).unwrap();
        let described = RuleSpec {
            description: Some("office".to_owned()),
            ..rule(Direction::Ingress, 22, "198.51.100.0/24")
        };
        let fault = add(&mut group, described).unwrap_err();
        assert!(matches!(&fault, Fault::Duplicate { code, .. } if code == "InvalidPermission.Duplicate"));
        add(&mut group, rule(Direction::Egress, 22, "198.51.100.0/24")).unwrap();
    }

    #[test]
    fn a_rule_is_taken_out_by_its_id_and_direction_once() {
        let mut group = group();
        add(&mut group, rule(Direction::Ingress, 22, "198.51.100.0/24")).unwrap();
        let id = group.rules[0].id.clone();
        assert!(group.revoke(Direction::Egress, &id).is_err());
        group.revoke(Direction::Ingress, &id).unwrap();
        let fault = group.revoke(Direction::Ingress, &id).unwrap_err();
        assert!(matches!(&fault, Fault::NotFound { code, .. } if code == "InvalidSecurityGroupRuleId.NotFound"));
    }
}
