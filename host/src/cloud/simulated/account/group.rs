//! Security groups of an account that is read.

use super::{Account, AccountError, add};
use crate::cloud::{
    acl::Direction,
    group_rule::RuleSpec,
    id::{MadeUp, SecurityGroupRuleId},
    simulated::{
        group::Group,
        rule,
        written::{WrittenSecurityGroup, tags},
    },
};

impl Account {
    /// Adds a group. The groups that its rules name need not be there: they may be another account's.
    pub(super) fn add_group(&mut self, written: WrittenSecurityGroup) -> Result<(), AccountError> {
        self.prefixes_of(&written.vpc, written.id.as_str())?;
        let mut group = Group {
            id: written.id,
            name: written.name,
            vpc: written.vpc,
            tags: tags(written.tags),
            rules: Vec::new(),
        };
        let ingress = written.ingress.into_iter().map(|rule| rule.spec(Direction::Ingress));
        let egress = written.egress.into_iter().map(|rule| rule.spec(Direction::Egress));
        for rule in ingress.chain(egress) {
            self.add_rule(&mut group, &rule)?;
        }
        add(&mut self.groups, group.id.clone(), group)
    }

    fn add_rule(&mut self, group: &mut Group, rule: &RuleSpec) -> Result<(), AccountError> {
        let id = SecurityGroupRuleId::made_up(self.next_number());
        let added = rule::as_kept(rule).and_then(|kept| group.authorize(id, kept));
        added.map_err(|fault| AccountError::Rule {
            group: group.id.clone(),
            rule: rule.to_string(),
            fault,
        })
    }
}
