//! Security groups of Quell's own: what they are called, and which rules they have.

use crate::{
    cloud::{Direction, GroupRule, Peer, RuleSpec, SecurityGroupId, Tag},
    hold::{GroupChange, GroupRole},
};

use super::InstanceTerms;
use crate::converge::Step;

/// A group of Quell's own, as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::converge) struct OwnGroup {
    pub(in crate::converge) id: SecurityGroupId,
    pub(in crate::converge) rules: Vec<GroupRule>,
}

/// Its name, which is unique in its VPC.
pub(in crate::converge) fn name(role: GroupRole) -> String {
    format!("quell-{role}")
}

/// What the console shows of it.
pub(in crate::converge) fn description(role: GroupRole) -> &'static str {
    match role {
        GroupRole::Isolation => "Quell isolates instances by putting them into this group and no other",
        GroupRole::Transit => "Quell puts an interface into this group for a moment, to cut its flows",
    }
}

/// Its tags.
pub(in crate::converge) fn tags(role: GroupRole) -> Vec<Tag> {
    vec![Tag {
        key: Tag::OWN_GROUP.to_owned(),
        value: role.name().to_owned(),
    }]
}

/// The rules that it shall have.
fn rules(role: GroupRole, terms: &InstanceTerms) -> Vec<RuleSpec> {
    let all_of = |direction, prefix: &str| prefix.parse().ok().map(|prefix| rule(direction, prefix));
    match role {
        GroupRole::Isolation => terms
            .forensics
            .iter()
            .map(|prefix| rule(Direction::Ingress, *prefix))
            .collect(),
        GroupRole::Transit => Direction::BOTH
            .into_iter()
            .flat_map(|direction| ["0.0.0.0/0", "::/0"].map(|prefix| all_of(direction, prefix)))
            .flatten()
            .collect(),
    }
}

fn rule(direction: Direction, prefix: ipnet::IpNet) -> RuleSpec {
    RuleSpec {
        direction,
        protocol: "-1".to_owned(),
        ports: None,
        peer: Peer::Prefix(prefix),
        description: None,
        tags: Vec::new(),
    }
}

/// What a group of Quell's own needs to have the rules that it shall have, and no other.
pub(super) fn mend(group: &OwnGroup, role: GroupRole, terms: &InstanceTerms) -> Vec<Step> {
    let wanted = rules(role, terms);
    let missing = wanted
        .iter()
        .filter(|rule| !group.rules.iter().any(|known| known.rule.is_equal_for_ec2(rule)))
        .map(|rule| GroupChange::Authorize {
            group: group.id.clone(),
            rule: rule.clone(),
        });
    let surplus = group
        .rules
        .iter()
        .filter(|known| !wanted.iter().any(|rule| known.rule.is_equal_for_ec2(rule)))
        .map(|rule| GroupChange::Revoke {
            group: group.id.clone(),
            rule: rule.clone(),
        });
    surplus.chain(missing).map(Step::plain).collect()
}
