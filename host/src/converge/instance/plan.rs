//! The plan of one instance: its interfaces' groups and its state, so that they nest: what was done last is taken back first.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Around, InstanceTerms,
    interfaces::{self, Back},
    isolation::{isolating, named},
    machine,
    serving::{Serving, ends_service},
};
use crate::{
    cloud::{Interface, InterfaceId, SecurityGroupId},
    converge::{Drift, LiveInstance, Plan, SETTLING, Stance, Step},
    hold::{
        Coverage, GroupRole, Hold, HoldId, Image, InterfaceImage, Isolation, KeptImage, MachineImage, Remedy, Situation,
    },
    report::summary::count,
};

/// One instance, and all that is to be known of it.
pub(in crate::converge) struct Ground<'a> {
    pub(in crate::converge) live: &'a LiveInstance,
    pub(in crate::converge) around: &'a Around,
    pub(in crate::converge) situation: &'a Situation,
    pub(in crate::converge) terms: &'a InstanceTerms,
    pub(in crate::converge) stance: &'a Stance,
    /// The command that puts back what somebody else changed. None if that is what is being done.
    pub(in crate::converge) put_back: Option<&'a str>,
    pub(in crate::converge) now: Timestamp,
}

/// What one part of a target needs.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) steps: Vec<Step>,
    pub(super) drift: Vec<Drift>,
    /// Whether its image has done its duty.
    pub(super) done: bool,
}

/// Plans one instance.
pub(in crate::converge) fn plan(ground: &Ground<'_>) -> Plan {
    let mut plan = Plan::default();
    let machine = machine::plan(ground);
    plan.steps.extend(machine.back);
    plan.waits = machine.waits;
    let mut outcomes: BTreeMap<HoldId, Vec<Outcome>> = BTreeMap::new();
    for interface in &ground.live.interfaces {
        let part = ground.interface(interface, &mut outcomes);
        let image = ground.image_of(&interface.id);
        plan.forget
            .extend(image.filter(|_| part.done).map(|image| Image::Interface(image.clone())));
        for step in part.steps {
            // Several interfaces may need the same group.
            if !plan.steps.contains(&step) {
                plan.steps.push(step);
            }
        }
        plan.drift.extend(part.drift);
    }
    plan.steps.extend(machine.on);
    plan.drift.extend(machine.drift);
    plan.forget.extend(machine.forget);
    plan.forget.extend(ground.gone());
    for (hold, isolation) in ground.isolations() {
        let coverage = ground.coverage(hold, isolation, outcomes.remove(&hold.id).unwrap_or_default());
        plan.coverage.push((hold.id, coverage));
    }
    plan.coverage.extend(machine.coverage);
    if let Some(serving @ Serving::In(_)) = &ground.live.serving {
        let ending = |id: HoldId| {
            ground
                .situation
                .holds
                .iter()
                .any(|hold| hold.id == id && ends_service(hold))
        };
        for (hold, coverage) in &mut plan.coverage {
            if let (Coverage::Done { how }, true) = (coverage, ending(*hold)) {
                *how = format!("{how}; {serving}");
            }
        }
    }
    plan.coverage.sort_by_key(|(hold, _)| *hold);
    plan
}

/// What becomes of one interface that a hold isolates.
enum Outcome {
    /// It is in these groups once the plan is done.
    In(String),
    /// A group has to be made first.
    First,
    /// Nothing may be done.
    Not(String),
}

impl Ground<'_> {
    fn isolations(&self) -> impl Iterator<Item = (&Hold, &Isolation)> {
        self.situation.holds.iter().filter_map(|hold| match &hold.remedy {
            Remedy::Isolate { isolate } => Some((hold, isolate)),
            _ => None,
        })
    }

    fn images(&self) -> impl Iterator<Item = (&InterfaceImage, &KeptImage)> {
        self.situation.images.iter().filter_map(|kept| match &kept.image {
            Image::Interface(image) => Some((image, kept)),
            _ => None,
        })
    }

    fn image_of(&self, interface: &InterfaceId) -> Option<&InterfaceImage> {
        self.images()
            .map(|(image, _)| image)
            .find(|image| image.interface == *interface)
    }

    /// The image of the state, and when it was written.
    pub(super) fn machine_image(&self) -> Option<(&MachineImage, Timestamp)> {
        self.situation.images.iter().find_map(|kept| match &kept.image {
            Image::Machine(image) => Some((image, kept.written)),
            _ => None,
        })
    }

    /// Whether no write that was begun at this time can come any more.
    pub(super) fn is_settled(&self, written: Timestamp) -> bool {
        self.now.duration_since(written) > SETTLING
    }

    /// One interface: isolated by the oldest hold that means it, or put back.
    fn interface(&self, interface: &Interface, outcomes: &mut BTreeMap<HoldId, Vec<Outcome>>) -> Part {
        let image = self.image_of(&interface.id);
        let mut meaning = self.isolations().filter(|(_, isolation)| {
            let only = isolation.interface.as_ref();
            only.is_none_or(|only| *only == interface.id)
        });
        let Some((first, isolation)) = meaning.next() else {
            return match image {
                None => Part::default(),
                Some(image) => {
                    let mut images = self.images();
                    let kept = images.find(|(other, _)| other.interface == interface.id);
                    let is_settled = kept.is_none_or(|(_, kept)| self.is_settled(kept.written));
                    let back = Back {
                        force: self.put_back,
                        gone: &self.around.gone_groups,
                        is_settled,
                    };
                    interfaces::restore(interface, image, &back)
                }
            };
        };
        let (part, outcome) = self.isolated(interface, image, isolation);
        let others: Vec<_> = meaning.map(|(hold, _)| hold.id).collect();
        for hold in [first.id].into_iter().chain(others) {
            let outcome = match &outcome {
                Outcome::In(groups) => Outcome::In(groups.clone()),
                Outcome::First => Outcome::First,
                Outcome::Not(why) => Outcome::Not(why.clone()),
            };
            outcomes.entry(hold).or_default().push(outcome);
        }
        part
    }

    fn isolated(
        &self,
        interface: &Interface,
        image: Option<&InterfaceImage>,
        isolation: &Isolation,
    ) -> (Part, Outcome) {
        // What was begun is finished, whatever the stance: between two calls an interface lets everything in.
        let is_begun = image.is_some_and(|image| image.is_ours(&interface.security_groups));
        if let (Stance::TakeBack { why }, false) = (self.stance, is_begun) {
            return (Part::default(), Outcome::Not(why.clone()));
        }
        if let Some(why) = self.unusable(interface, isolation) {
            return (self.out_of_transit(interface, image), Outcome::Not(why.clone()));
        }
        match isolating(&interface.vpc, &isolation.groups, &self.around.own_groups, self.terms) {
            Ok(isolating) => {
                let groups = crate::hold::group_change::listed(&isolating.groups);
                (interfaces::isolate(interface, image, &isolating), Outcome::In(groups))
            }
            Err(first) => (
                Part {
                    steps: first,
                    ..Part::default()
                },
                Outcome::First,
            ),
        }
    }

    /// Why an interface can't be put into the groups that are named for it.
    fn unusable(&self, interface: &Interface, isolation: &Isolation) -> Option<&String> {
        let groups = named(&interface.vpc, &isolation.groups, self.terms)?;
        let unusable = |group: SecurityGroupId| self.around.unusable_groups.get(&(interface.vpc.clone(), group));
        groups.into_iter().find_map(unusable)
    }

    /// Puts an interface back that is in the group which lets everything in, if it can't be isolated. Nothing is done with any other.
    fn out_of_transit(&self, interface: &Interface, image: Option<&InterfaceImage>) -> Part {
        let transit = self.around.own_groups.get(&(interface.vpc.clone(), GroupRole::Transit));
        let is_in_transit = matches!(transit, Some(Some(group)) if interface.security_groups == [group.id.clone()]);
        match image {
            Some(image) if is_in_transit => {
                let back = Back {
                    force: self.put_back,
                    gone: &self.around.gone_groups,
                    is_settled: false,
                };
                interfaces::restore(interface, image, &back)
            }
            _ => Part::default(),
        }
    }

    fn coverage(&self, hold: &Hold, isolation: &Isolation, outcomes: Vec<Outcome>) -> Coverage {
        if outcomes.is_empty() {
            let what = isolation.interface.as_ref().map_or_else(
                || format!("{} has no interface", hold.target.resource),
                |only| format!("{only} is gone"),
            );
            return Coverage::NotCovered {
                why: format!("{what}, so there is nothing to isolate"),
            };
        }
        let interfaces = outcomes.len();
        let mut groups = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::In(one) => groups.push(one),
                Outcome::First => {
                    let what = "the group that it is put into is made first".to_owned();
                    return Coverage::UnderWay { what };
                }
                Outcome::Not(why) => return Coverage::NotCovered { why },
            }
        }
        groups.dedup();
        Coverage::Done {
            how: format!("{} in {}", count(interfaces, "interface"), groups.join(", ")),
        }
    }

    /// Images of interfaces that are gone: there is nothing to put back.
    fn gone(&self) -> Vec<Image> {
        let is_live = |image: &InterfaceImage| {
            let mut live = self.live.interfaces.iter();
            live.any(|interface| interface.id == image.interface)
        };
        self.images()
            .filter(|(image, kept)| !is_live(image) && self.is_settled(kept.written))
            .map(|(_, kept)| kept.image.clone())
            .collect()
    }
}
