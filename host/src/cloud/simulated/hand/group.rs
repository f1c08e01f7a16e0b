//! Security groups and interfaces in someone else's hand.

use crate::cloud::{
    acl::Direction,
    error::Fault,
    group_rule::{GroupRule, RuleSpec},
    id::{InterfaceId, SecurityGroupId, SecurityGroupRuleId},
    instance::Interface,
    security_group::SecurityGroup,
    simulated::{SimulatedCloud, group::Group},
};

impl SimulatedCloud {
    /// A network interface as it is now, without a call. None if there is no such interface.
    pub fn peek_interface(&self, id: &InterfaceId) -> Option<Interface> {
        self.state().account.cards.get(id).map(|card| card.interface.clone())
    }

    /// A security group as it is now, without a call. None if there is no such group.
    pub fn peek_group(&self, id: &SecurityGroupId) -> Option<SecurityGroup> {
        self.state().account.groups.get(id).map(Group::told)
    }

    /// The rules of a security group as they are now, by id, without a call. None if there is no such group.
    pub fn peek_rules(&self, id: &SecurityGroupId) -> Option<Vec<GroupRule>> {
        self.state().account.groups.get(id).map(Group::rules_by_id)
    }

    /// Replaces the security groups of an interface as another person would.
    pub fn set_groups_as_someone_else(&self, id: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), Fault> {
        self.state().set_groups(id, groups)
    }

    /// Detaches an interface from its instance as another person would. It stays in the account.
    pub fn detach_interface_as_someone_else(&self, id: &InterfaceId) -> Result<(), Fault> {
        self.state().change_card(id, |card| card.attached = None)
    }

    /// Detaches and deletes an interface as another person would.
    pub fn remove_interface_as_someone_else(&self, id: &InterfaceId) -> Result<(), Fault> {
        self.state().remove_card(id)
    }

    /// Adds a rule to a security group as another person would.
    pub fn authorize_rule_as_someone_else(
        &self,
        group: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, Fault> {
        self.state().authorize_rule(group, rule)
    }

    /// Takes a rule out of a security group as another person would.
    pub fn revoke_rule_as_someone_else(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), Fault> {
        self.state().revoke_rule(group, direction, rule)
    }

    /// Deletes a security group as another person would. [`Fault::WrongState`] with `DependencyViolation` if an interface has it or a rule of another
    /// group names it.
    pub fn remove_group_as_someone_else(&self, group: &SecurityGroupId) -> Result<(), Fault> {
        self.state().remove_group(group)
    }
}
