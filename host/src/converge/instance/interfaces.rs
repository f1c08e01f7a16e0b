//! Interfaces: into which groups each is put, and when it is put back.

use std::collections::BTreeSet;

use super::{Isolating, plan::Part};
use crate::{
    cloud::{Interface, SecurityGroupId},
    converge::{Drift, GroupsGone, PartDrift, Step},
    hold::{GroupChange, Image, InterfaceImage, Purpose, group_change::listed},
};

/// Whether two lists are the same groups, whatever the order.
pub(super) fn same(one: &[SecurityGroupId], other: &[SecurityGroupId]) -> bool {
    let set = |groups: &[SecurityGroupId]| groups.iter().cloned().collect::<BTreeSet<_>>();
    set(one) == set(other)
}

impl InterfaceImage {
    /// Whether these are groups that we put it into.
    pub(super) fn is_ours(&self, groups: &[SecurityGroupId]) -> bool {
        self.ours.iter().any(|ours| same(ours, groups))
    }
}

/// Isolates an interface that is not in the isolation groups. One that is needs nothing.
pub(super) fn isolate(interface: &Interface, image: Option<&InterfaceImage>, isolating: &Isolating) -> Part {
    let Isolating { transit, groups } = isolating;
    let mut part = Part::default();
    if same(&interface.security_groups, groups) {
        return part;
    }
    let known = image.filter(|image| image.is_ours(&interface.security_groups));
    if let Some(image) = image.filter(|image| known.is_none() && !same(&image.before, &interface.security_groups)) {
        part.drift.push(drift(interface, image, None));
    }
    let mut kept = InterfaceImage {
        interface: interface.id.clone(),
        before: known.map_or_else(|| interface.security_groups.clone(), |image| image.before.clone()),
        ours: image.map(|image| image.ours.clone()).unwrap_or_default(),
        restored: false,
    };
    let mut from = interface.security_groups.clone();
    let transit = transit.as_ref().map(|transit| vec![transit.clone()]);
    let transit = transit.filter(|transit| !same(transit, &from));
    let ways = [(transit.as_ref(), Purpose::CutFlows), (Some(groups), Purpose::Isolate)];
    for (to, purpose) in ways {
        let Some(to) = to else { continue };
        if !kept.is_ours(to) {
            kept.ours.push(to.clone());
        }
        part.steps.push(Step {
            change: GroupChange::SetGroups {
                interface: interface.id.clone(),
                from: std::mem::replace(&mut from, to.clone()),
                to: to.clone(),
                purpose,
            }
            .into(),
            before: Some(Image::Interface(kept.clone())),
            after: None,
        });
    }
    part
}

/// How an interface is put back.
pub(super) struct Back<'a> {
    /// The command that puts back what somebody else changed. None if that is what is being done.
    pub(super) force: Option<&'a str>,
    /// The groups of before that somebody deleted.
    pub(super) gone: &'a BTreeSet<SecurityGroupId>,
    /// Whether no write that was begun can come any more.
    pub(super) is_settled: bool,
}

/// Puts an interface back into the groups that it was in, if it is still as we left it, or whatever it is if that is insisted on. Of these groups some may
/// be gone: then into those that are left, and nowhere if none is.
pub(super) fn restore(interface: &Interface, image: &InterfaceImage, back: &Back<'_>) -> Part {
    let mut part = Part::default();
    let groups = &interface.security_groups;
    let is_gone = |group: &&SecurityGroupId| back.gone.contains(*group);
    let left: Vec<_> = image.before.iter().filter(|group| !is_gone(group)).cloned().collect();
    if same(groups, &left) {
        part.done = back.is_settled;
    } else if image.is_ours(groups) || back.force.is_none() {
        if left.len() < image.before.len() {
            let gone: Vec<_> = image.before.iter().filter(is_gone).cloned().collect();
            part.drift.push(Drift::Gone(GroupsGone {
                interface: interface.id.clone(),
                gone,
                left: left.clone(),
            }));
        }
        if left.is_empty() {
            return part;
        }
        part.steps.push(Step {
            change: GroupChange::SetGroups {
                interface: interface.id.clone(),
                from: groups.clone(),
                to: left,
                purpose: Purpose::Restore,
            }
            .into(),
            before: Some(Image::Interface(image.clone())),
            after: Some(Image::Interface(InterfaceImage {
                restored: true,
                ..image.clone()
            })),
        });
    } else if image.restored {
        // It was put back, and what somebody made of it since is no business of ours.
        part.done = back.is_settled;
    } else {
        part.drift.push(drift(interface, image, back.force.map(str::to_owned)));
    }
    part
}

fn drift(interface: &Interface, image: &InterfaceImage, put_back: Option<String>) -> Drift {
    Drift::Part(PartDrift {
        is: format!("{} is in {}", interface.id, listed(&interface.security_groups)),
        was: listed(&image.before),
        put_back,
    })
}
