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
///
/// What AWS refused to isolate before is asked for first, before the interface is opened to everybody for nothing.
pub(super) fn isolate(interface: &Interface, image: Option<&InterfaceImage>, isolating: &Isolating) -> Part {
    let Isolating { transit, groups } = isolating;
    let mut part = Part::default();
    let open = transit.as_ref().map(|transit| vec![transit.clone()]);
    let was_refused = open.is_some() && image.is_some_and(|image| image.refused);
    if same(&interface.security_groups, groups) && !was_refused {
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
        refused: was_refused,
    };
    let is_open = |groups: &[SecurityGroupId]| open.as_ref().is_some_and(|open| same(open, groups));
    let mut from = interface.security_groups.clone();
    // Where it goes if the last call is refused. What an earlier run left open goes back to its own groups.
    let home = if is_open(&from) {
        kept.before.clone()
    } else {
        from.clone()
    };
    let through = open.as_ref().filter(|_| !is_open(&from));
    let first = through.filter(|_| was_refused).map(|_| (groups, Purpose::Isolate));
    let through = through.map(|open| (open, Purpose::CutFlows));
    let last = (groups, Purpose::Isolate);
    for (to, purpose) in first.into_iter().chain(through).chain([last]) {
        if !kept.is_ours(to) {
            kept.ours.push(to.clone());
        }
        let left = std::mem::replace(&mut from, to.clone());
        let is_from_open = is_open(&left);
        kept.refused &= !is_from_open;
        let or_else = (is_from_open && !is_open(&home)).then(|| close(&kept, &left, &home).into());
        part.steps.push(Step {
            change: GroupChange::SetGroups {
                interface: interface.id.clone(),
                from: left,
                to: to.clone(),
                purpose,
            }
            .into(),
            before: Some(Image::Interface(kept.clone())),
            after: None,
            or_else,
        });
    }
    part
}

/// Puts an interface that is open to everybody back into the groups that it was in, because it may not be isolated.
fn close(image: &InterfaceImage, open: &[SecurityGroupId], home: &[SecurityGroupId]) -> Step {
    Step {
        change: GroupChange::SetGroups {
            interface: image.interface.clone(),
            from: open.to_vec(),
            to: home.to_vec(),
            purpose: Purpose::Restore,
        }
        .into(),
        before: Some(Image::Interface(image.clone())),
        after: Some(Image::Interface(InterfaceImage {
            restored: same(home, &image.before),
            refused: true,
            ..image.clone()
        })),
        or_else: None,
    }
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
            or_else: None,
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
