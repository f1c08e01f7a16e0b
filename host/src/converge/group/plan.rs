//! The plan of one security group: the rules that holds take out go, and come back when no hold wants them gone any more.

use jiff::Timestamp;

use super::view::is_not_shown;
use crate::{
    cloud::{GroupRule, RuleSpec},
    converge::{Drift, LiveGroup, PartDrift, Plan, SETTLING, Stance, Step},
    hold::{Coverage, GroupChange, Hold, Image, Remedy, Revocation, RuleImage, Situation},
};

/// One security group, and all that is to be known of it.
pub(in crate::converge) struct Ground<'a> {
    pub(in crate::converge) live: &'a LiveGroup,
    pub(in crate::converge) situation: &'a Situation,
    pub(in crate::converge) stance: &'a Stance,
    pub(in crate::converge) now: Timestamp,
}

/// Plans one security group.
pub(in crate::converge) fn plan(ground: &Ground<'_>) -> Plan {
    let mut plan = Plan::default();
    for (image, written) in ground.images() {
        if !ground.revocations().any(|(_, revocation)| revocation.is(&image.before)) {
            ground.put_back(image, written, &mut plan);
        }
    }
    for (hold, revocation) in ground.revocations() {
        let coverage = ground.take_out(revocation, &mut plan);
        plan.coverage.push((hold.id, coverage));
    }
    plan
}

impl Ground<'_> {
    /// The images of rules, with when each was written.
    fn images(&self) -> impl Iterator<Item = (&RuleImage, Timestamp)> {
        self.situation.images.iter().filter_map(|kept| match &kept.image {
            Image::Rule(image) => Some((image, kept.written)),
            _ => None,
        })
    }

    fn revocations(&self) -> impl Iterator<Item = (&Hold, &Revocation)> {
        self.situation.holds.iter().filter_map(|hold| match &hold.remedy {
            Remedy::Revoke { revoke } => Some((hold, revoke)),
            _ => None,
        })
    }

    /// The live rule that lets in the same as this one.
    fn live(&self, rule: &RuleSpec) -> Option<&GroupRule> {
        self.live.rules.iter().find(|live| live.rule.is_equal_for_ec2(rule))
    }

    /// Takes out the one rule that is meant, and says how that is.
    fn take_out(&self, revocation: &Revocation, plan: &mut Plan) -> Coverage {
        let mut images = self.images().map(|(image, _)| image);
        let image = images.find(|image| revocation.is(&image.before));
        let found = self.live.rules.iter().find(|rule| match image {
            // Put in again by somebody else it has another id.
            Some(image) => rule.rule.is_equal_for_ec2(&image.before.rule),
            None => revocation.is(rule),
        });
        let Some(rule) = found else {
            return match image {
                Some(image) => Coverage::Done {
                    how: format!("{} is taken out", image.before.id),
                },
                None => self.no_such_rule(revocation),
            };
        };
        if let Stance::TakeBack { why } = self.stance {
            return Coverage::NotCovered { why: why.clone() };
        }
        if is_not_shown(&rule.id) {
            return Coverage::UnderWay {
                what: "EC2 does not show the rule yet".to_owned(),
            };
        }
        if let Some(image) = image.filter(|image| image.before.id != rule.id) {
            plan.drift.push(Drift::Part(PartDrift {
                is: format!("{} has {} again, as {}", self.live.group, rule.rule, rule.id),
                was: format!("taken out as {}", image.before.id),
                put_back: None,
            }));
        }
        let instead = revocation.instead(&rule.rule);
        let kept = Image::Rule(RuleImage {
            before: rule.clone(),
            restored: false,
            instead: instead
                .iter()
                .filter(|rule| image.is_some_and(|image| image.instead.contains(rule)) || self.live(rule).is_none())
                .cloned()
                .collect(),
        });
        // What may stay is let in before the wider rule goes.
        for rule in instead.iter().filter(|rule| self.live(rule).is_none()) {
            plan.steps.push(Step {
                change: GroupChange::Authorize {
                    group: self.live.group.clone(),
                    rule: rule.clone(),
                }
                .into(),
                before: Some(kept.clone()),
                after: None,
                or_else: None,
            });
        }
        plan.steps.push(Step {
            change: GroupChange::Revoke {
                group: self.live.group.clone(),
                rule: rule.clone(),
            }
            .into(),
            before: Some(kept),
            after: None,
            or_else: None,
        });
        Coverage::Done {
            how: format!("{} is taken out", rule.id),
        }
    }

    fn no_such_rule(&self, revocation: &Revocation) -> Coverage {
        let wider = self.live.rules.iter().find(|rule| revocation.is_inside(&rule.rule));
        match wider {
            Some(rule) => Coverage::NotCovered {
                why: format!(
                    "no rule is exactly this one; {} ({}) lets in as much and more, and is not touched",
                    rule.id, rule.rule
                ),
            },
            None => Coverage::Done {
                how: "there is no such rule, nothing was taken out by Quell".to_owned(),
            },
        }
    }

    /// Puts a rule back if it is not there, and takes out what came in its place.
    fn put_back(&self, image: &RuleImage, written: Timestamp, plan: &mut Plan) {
        let group = &self.live.group;
        if !image.restored && self.live(&image.before.rule).is_none() {
            let rule = image.before.rule.clone();
            let group = group.clone();
            plan.steps.push(Step {
                change: GroupChange::Authorize { group, rule }.into(),
                before: None,
                after: Some(Image::Rule(RuleImage {
                    restored: true,
                    ..image.clone()
                })),
                or_else: None,
            });
        }
        let mut instead = image.instead.iter().filter_map(|rule| self.live(rule)).peekable();
        let is_over = plan.steps.is_empty() && instead.peek().is_none();
        for rule in instead.filter(|rule| !is_not_shown(&rule.id)) {
            let group = group.clone();
            let rule = rule.clone();
            plan.steps.push(Step::plain(GroupChange::Revoke { group, rule }));
        }
        if is_over && self.now.duration_since(written) > SETTLING {
            plan.forget.push(Image::Rule(image.clone()));
        }
    }
}
