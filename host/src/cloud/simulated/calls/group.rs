//! Security groups and their rules.

use ipnet::IpNet;

use super::not_found;
use crate::cloud::{
    acl::Direction,
    error::Fault,
    group_rule::{GroupRule, RuleSpec},
    id::{MadeUp, SecurityGroupId, SecurityGroupRuleId, VpcId},
    security_group::{Peer, SecurityGroup},
    simulated::{card::Card, group::Group, rule, state::State, text},
    tag::Tag,
};

impl State {
    pub(in crate::cloud::simulated) fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, Fault> {
        let group = self.past_groups.at(self.told_time(), id, &self.account.groups);
        group.map(Group::told).ok_or_else(|| unknown_group(id))
    }

    pub(in crate::cloud::simulated) fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Vec<SecurityGroup> {
        let groups = self.past_groups.all_at(self.told_time(), &self.account.groups);
        let meant = groups
            .into_iter()
            .filter(|group| group.vpc == *vpc && group.tags.contains(tag));
        meant.map(Group::told).collect()
    }

    pub(in crate::cloud::simulated) fn create_group(
        &mut self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, Fault> {
        text::check_group_name(name)?;
        text::check_group_description(description)?;
        text::check_tags(tags)?;
        let prefixes = self.vpc_prefixes(vpc)?;
        let mut groups = self.account.groups.values();
        if groups.any(|group| group.vpc == *vpc && group.name == name) {
            return Err(Fault::Duplicate {
                code: "InvalidGroup.Duplicate".to_owned(),
                message: format!("The security group '{name}' already exists for VPC '{vpc}'"),
            });
        }
        let id = self.account.made_up_group();
        let rules = everything_out(&prefixes)
            .map(|rule| GroupRule {
                id: SecurityGroupRuleId::made_up(self.account.next_number()),
                rule,
            })
            .collect();
        let group = Group {
            id: id.clone(),
            name: name.to_owned(),
            vpc: vpc.clone(),
            tags: text::tags_as_kept(tags),
            rules,
        };
        self.past_groups.remember(self.now, id.clone(), None);
        self.account.groups.insert(id.clone(), group);
        Ok(id)
    }

    pub(in crate::cloud::simulated) fn group_rules(&self, id: &SecurityGroupId) -> Vec<GroupRule> {
        let group = self.past_groups.at(self.told_time(), id, &self.account.groups);
        group.map(Group::rules_by_id).unwrap_or_default()
    }

    pub(in crate::cloud::simulated) fn authorize_rule(
        &mut self,
        id: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, Fault> {
        let rule = rule::as_kept(rule)?;
        let vpc = &self.account.groups.get(id).ok_or_else(|| unknown_group(id))?.vpc;
        if let Peer::Group(peer) = &rule.peer {
            self.check_peer(vpc, peer)?;
        }
        let rule_id = SecurityGroupRuleId::made_up(self.account.next_number());
        self.change_group(id, |group| group.authorize(rule_id.clone(), rule))?;
        Ok(rule_id)
    }

    pub(in crate::cloud::simulated) fn revoke_rule(
        &mut self,
        id: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), Fault> {
        self.change_group(id, |group| group.revoke(direction, rule))
    }

    /// Deletes a security group that nothing needs.
    pub(in crate::cloud::simulated) fn remove_group(&mut self, id: &SecurityGroupId) -> Result<(), Fault> {
        let named = Peer::Group(id.to_string());
        let is_worn = |card: &Card| card.interface.security_groups.contains(id);
        let names_it = |group: &Group| group.id != *id && group.rules.iter().any(|rule| rule.rule.peer == named);
        if self.account.cards.values().any(is_worn) || self.account.groups.values().any(names_it) {
            return Err(Fault::WrongState {
                code: "DependencyViolation".to_owned(),
                message: format!("resource {id} has a dependent object"),
            });
        }
        let group = self.account.groups.remove(id).ok_or_else(|| unknown_group(id))?;
        self.past_groups.remember(self.now, id.clone(), Some(group));
        Ok(())
    }

    /// Changes a security group. What fails changes nothing.
    pub(in crate::cloud::simulated) fn change_group(
        &mut self,
        id: &SecurityGroupId,
        change: impl FnOnce(&mut Group) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let group = self.account.groups.get_mut(id).ok_or_else(|| unknown_group(id))?;
        let mut changed = group.clone();
        change(&mut changed)?;
        let before = std::mem::replace(group, changed);
        self.past_groups.remember(self.now, id.clone(), Some(before));
        Ok(())
    }

    /// A group that a rule names has to be there. One of another account stands there with its owner, and is believed.
    fn check_peer(&self, vpc: &VpcId, peer: &str) -> Result<(), Fault> {
        if peer.contains('/') {
            return Ok(());
        }
        let named = self.account.groups.values().find(|group| group.id.as_str() == peer);
        let named = named.ok_or_else(|| unknown_group(peer))?;
        if named.vpc == *vpc {
            return Ok(());
        }
        Err(Fault::NotFound {
            code: "InvalidGroup.NotFound".to_owned(),
            message: "You have specified two resources that belong to different networks.".to_owned(),
        })
    }
}

/// The rules that EC2 gives a new group: out to everywhere, of each family that its VPC has.
fn everything_out(vpc_prefixes: &[IpNet]) -> impl Iterator<Item = RuleSpec> {
    let has_v6 = vpc_prefixes.iter().any(|prefix| prefix.addr().is_ipv6());
    let v4 = IpNet::V4(ipnet::Ipv4Net::default());
    let v6 = has_v6.then_some(IpNet::V6(ipnet::Ipv6Net::default()));
    std::iter::once(v4).chain(v6).map(|everywhere| RuleSpec {
        direction: Direction::Egress,
        protocol: "-1".to_owned(),
        ports: None,
        peer: Peer::Prefix(everywhere),
        description: None,
        tags: Vec::new(),
    })
}

pub(super) fn unknown_group(id: impl std::fmt::Display) -> Fault {
    not_found("InvalidGroup.NotFound", "security group", id)
}
