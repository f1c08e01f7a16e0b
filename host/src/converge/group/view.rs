//! The view: a security group as it was read, with our recent changes in it.

use crate::{
    cloud::{GroupRule, SecurityGroupRuleId},
    converge::LiveGroup,
    hold::{Change, GroupChange, MadeChange},
};

/// The id of a rule that we added and that no read has shown yet.
const NOT_SHOWN: &str = "sgr-00000000";

/// What was read, with our recent changes in it. `recent` is oldest first.
pub(in crate::converge) fn view(mut live: LiveGroup, recent: &[MadeChange]) -> LiveGroup {
    for made in recent {
        match &made.change {
            Change::Groups(GroupChange::Revoke { group, rule }) if *group == live.group => {
                live.rules.retain(|shown| shown.id != rule.id);
            }
            Change::Groups(GroupChange::Authorize { group, rule }) if *group == live.group => {
                let is_shown = live.rules.iter().any(|shown| shown.rule.is_equal_for_ec2(rule));
                if let (false, Ok(id)) = (is_shown, NOT_SHOWN.parse()) {
                    live.rules.push(GroupRule { id, rule: rule.clone() });
                }
            }
            _ => {}
        }
    }
    live
}

/// Whether a rule is one that no read has shown yet, so that its id is not known.
pub(super) fn is_not_shown(rule: &SecurityGroupRuleId) -> bool {
    rule.as_str() == NOT_SHOWN
}
