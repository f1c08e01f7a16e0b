//! The state of an instance: stopped or started for a hold, and put back when no hold wants it any more.

use super::plan::Ground;
use crate::{
    cloud::{InstanceId, Machine, MachineState, ScalingMembership},
    converge::{Drift, PartDrift, Stance, Step},
    decision::StateChange,
    hold::{Coverage, Hold, HoldId, Image, MachineChange, MachineImage, MachineStep, Remedy},
};

/// What the state needs.
#[derive(Debug, Default)]
pub(super) struct MachinePlan {
    /// What takes back what no hold wants any more.
    pub(super) back: Vec<Step>,
    /// What holds ask for.
    pub(super) on: Vec<Step>,
    pub(super) coverage: Vec<(HoldId, Coverage)>,
    pub(super) drift: Vec<Drift>,
    pub(super) forget: Vec<Image>,
    /// Whether it has to be looked at again before it is put back.
    pub(super) waits: bool,
}

/// A state in which an instance stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Stopped,
    Running,
}

impl Wanted {
    fn is(self, state: MachineState) -> bool {
        match self {
            Self::Stopped => state == MachineState::Stopped,
            Self::Running => state == MachineState::Running,
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Stopped => Self::Running,
            Self::Running => Self::Stopped,
        }
    }

    fn state(self) -> MachineState {
        match self {
            Self::Stopped => MachineState::Stopped,
            Self::Running => MachineState::Running,
        }
    }

    fn change(self, instance: InstanceId, hibernate: bool) -> MachineChange {
        match self {
            Self::Stopped => MachineChange::Stop { instance, hibernate },
            Self::Running => MachineChange::Start { instance },
        }
    }
}

/// Plans the state. Of holds that contradict each other a stop is the stricter.
pub(super) fn plan(ground: &Ground<'_>) -> MachinePlan {
    let mut plan = MachinePlan::default();
    let holds_of = |change| {
        let is = move |hold: &&Hold| matches!(&hold.remedy, Remedy::SetState { change: other } if *other == change);
        ground.situation.holds.iter().filter(is).collect::<Vec<_>>()
    };
    let (stops, starts) = (holds_of(StateChange::Stop), holds_of(StateChange::Start));
    let Some(machine) = ground.live.machine.as_ref().filter(|machine| is_there(machine.state)) else {
        plan.gone(ground);
        return plan;
    };
    let state = State { ground, machine };
    match (stops.first(), starts.first()) {
        (Some(hold), _) => {
            let coverage = state.bring(Wanted::Stopped, hold, &mut plan);
            plan.cover(&stops, &coverage);
            plan.cover(
                &starts,
                &Coverage::NotCovered {
                    why: format!("hold {} stops it, which is the stricter", hold.id),
                },
            );
        }
        (None, Some(hold)) => {
            let coverage = state.bring(Wanted::Running, hold, &mut plan);
            plan.cover(&starts, &coverage);
        }
        (None, None) => state.put_back(&mut plan),
    }
    for hold in holds_of(StateChange::Reboot) {
        let coverage = state.reboot(hold, &mut plan);
        plan.cover(&[hold], &coverage);
    }
    plan
}

fn is_there(state: MachineState) -> bool {
    !matches!(state, MachineState::Terminated | MachineState::ShuttingDown)
}

impl MachinePlan {
    fn cover(&mut self, holds: &[&Hold], coverage: &Coverage) {
        self.coverage
            .extend(holds.iter().map(|hold| (hold.id, coverage.clone())));
    }

    /// The instance is gone: there is nothing to do and nothing to put back.
    fn gone(&mut self, ground: &Ground<'_>) {
        for hold in &ground.situation.holds {
            if matches!(hold.remedy, Remedy::SetState { .. }) {
                let why = format!("{} is gone", hold.target.resource);
                self.coverage.push((hold.id, Coverage::NotCovered { why }));
            }
        }
        self.forget
            .extend(ground.machine_image().map(|(image, _)| Image::Machine(image.clone())));
    }
}

/// An instance that is there.
struct State<'a> {
    ground: &'a Ground<'a>,
    machine: &'a Machine,
}

impl State<'_> {
    /// Brings it to a state, for a hold.
    fn bring(&self, wanted: Wanted, hold: &Hold, plan: &mut MachinePlan) -> Coverage {
        let kept = self.ground.machine_image();
        let image = kept.map(|(image, _)| image);
        let is_ours = image.is_some_and(|image| image.step >= MachineStep::Asked && !wanted.is(image.before));
        let is_new = kept.is_some_and(|(_, written)| !self.ground.is_settled(written));
        let state = self.machine.state;
        if wanted.is(state) {
            let who = if is_ours {
                self.what_was_done(image)
            } else {
                "already, not by Quell".to_owned()
            };
            return Coverage::Done {
                how: format!("{} {who}", name(state)),
            };
        }
        match state {
            MachineState::Pending | MachineState::Stopping => Coverage::UnderWay {
                what: format!("it is {}", name(state)),
            },
            // A read may not show yet what we did a moment ago.
            _ if is_new && image.is_some_and(|image| image.step == MachineStep::Done) => Coverage::UnderWay {
                what: format!("it is {}", name(state)),
            },
            _ => {
                if is_ours {
                    plan.drift.push(Drift::Part(PartDrift {
                        is: format!("{} is {}", self.machine.id, name(state)),
                        was: format!("{} by Quell", name(wanted.state())),
                        put_back: None,
                    }));
                }
                self.change(wanted, hold, image, plan)
            }
        }
    }

    fn change(&self, wanted: Wanted, hold: &Hold, image: Option<&MachineImage>, plan: &mut MachinePlan) -> Coverage {
        if let Stance::TakeBack { why } = self.ground.stance {
            return Coverage::NotCovered { why: why.clone() };
        }
        let image = image.cloned().unwrap_or_else(|| MachineImage {
            before: self.machine.state,
            step: MachineStep::Prepared,
            snapshots: Vec::new(),
            standby: None,
            rebooted: Vec::new(),
        });
        if wanted == Wanted::Stopped {
            match self.before_a_stop(hold, &image) {
                Ok(None) => {}
                Ok(Some(step)) => {
                    let what = format!("first: {}", step.change);
                    plan.on.push(step);
                    return Coverage::UnderWay { what };
                }
                Err(coverage) => return coverage,
            }
        }
        plan.on.push(self.set(wanted, image, MachineStep::Done));
        Coverage::UnderWay {
            what: match wanted {
                Wanted::Stopped => "it is stopping".to_owned(),
                Wanted::Running => "it is starting".to_owned(),
            },
        }
    }

    /// What has to be done before it may be stopped; or why it may not be.
    fn before_a_stop(&self, hold: &Hold, image: &MachineImage) -> Result<Option<Step>, Coverage> {
        let Machine {
            id,
            volumes,
            root_is_instance_store,
            ..
        } = self.machine;
        let terms = self.ground.terms;
        let refused = |why: String| Err(Coverage::NotCovered { why });
        if *root_is_instance_store {
            return refused(
                "its root volume is instance store: EC2 can't stop it, and what is on it would be lost".to_owned(),
            );
        }
        if let Some(ScalingMembership { group, lifecycle }) = self.ground.scaling {
            match lifecycle.as_str() {
                "Standby" => {}
                "EnteringStandby" => {
                    return Err(Coverage::UnderWay {
                        what: format!("it goes to standby in Auto Scaling group {group}"),
                    });
                }
                _ if !terms.standby => {
                    return refused(format!(
                        "it is in Auto Scaling group {group}, which would replace it; `instance.standby = true` lets Quell set it to standby first"
                    ));
                }
                _ => {
                    let kept = MachineImage {
                        standby: Some(group.clone()),
                        ..image.clone()
                    };
                    let change = MachineChange::EnterStandby {
                        instance: id.clone(),
                        group: group.clone(),
                    };
                    return Ok(Some(step(change, &kept, None)));
                }
            }
        }
        if image.snapshots.is_empty() && !volumes.is_empty() && !terms.stop_without_snapshots {
            let change = MachineChange::Snapshot {
                instance: id.clone(),
                alert: hold.alert.clone(),
            };
            return Ok(Some(step(change, image, Some(image))));
        }
        Ok(None)
    }

    /// Puts it back if it was us who changed it, and gives it back to its Auto Scaling group.
    fn put_back(&self, plan: &mut MachinePlan) {
        let Some((image, written)) = self.ground.machine_image() else {
            return;
        };
        let (state, was) = (self.machine.state, wanted_of(image.before));
        if matches!(state, MachineState::Pending | MachineState::Stopping) {
            plan.waits = true;
            return;
        }
        let is_changed_by_us = matches!(image.step, MachineStep::Asked | MachineStep::Done);
        if is_changed_by_us && was.opposite().is(state) {
            plan.back.push(self.set(was, image.clone(), MachineStep::Restored));
            plan.waits = true;
            return;
        }
        if let Some(group) = image.standby.as_ref().filter(|_| state == MachineState::Running) {
            let change = MachineChange::ExitStandby {
                instance: self.machine.id.clone(),
                group: group.clone(),
            };
            let after = MachineImage {
                standby: None,
                step: MachineStep::Restored,
                ..image.clone()
            };
            plan.back.push(step(change, image, Some(&after)));
            return;
        }
        let may_come_late = image.step == MachineStep::Asked;
        if !may_come_late || self.ground.is_settled(written) {
            plan.forget.push(Image::Machine(image.clone()));
        }
    }

    /// At most once for each hold: a reboot can't be taken back, and two are worse than none.
    fn reboot(&self, hold: &Hold, plan: &mut MachinePlan) -> Coverage {
        let image = self.ground.machine_image().map(|(image, _)| image);
        if image.is_some_and(|image| image.rebooted.contains(&hold.id)) || hold.coverage.is_covered() {
            return Coverage::Done {
                how: "rebooted".to_owned(),
            };
        }
        if let Stance::TakeBack { why } = self.ground.stance {
            return Coverage::NotCovered { why: why.clone() };
        }
        if self.machine.state != MachineState::Running {
            return Coverage::NotCovered {
                why: format!("it is {}, so it can't be rebooted", name(self.machine.state)),
            };
        }
        let mut kept = image.cloned().unwrap_or_else(|| MachineImage {
            before: self.machine.state,
            step: MachineStep::Prepared,
            snapshots: Vec::new(),
            standby: None,
            rebooted: Vec::new(),
        });
        kept.rebooted.push(hold.id);
        let instance = self.machine.id.clone();
        plan.on.push(step(MachineChange::Reboot { instance }, &kept, None));
        Coverage::Done {
            how: "rebooted".to_owned(),
        }
    }

    fn set(&self, wanted: Wanted, image: MachineImage, then: MachineStep) -> Step {
        let hibernate = self.ground.terms.hibernate && self.machine.hibernates && then == MachineStep::Done;
        let change = wanted.change(self.machine.id.clone(), hibernate);
        let begun = match then {
            MachineStep::Restored => image.clone(),
            _ => MachineImage {
                step: MachineStep::Asked,
                ..image.clone()
            },
        };
        let after = MachineImage { step: then, ..image };
        step(change, &begun, Some(&after))
    }

    fn what_was_done(&self, image: Option<&MachineImage>) -> String {
        let snapshots: Vec<_> = image
            .into_iter()
            .flat_map(|image| &image.snapshots)
            .map(|snapshot| snapshot.as_str())
            .collect();
        if snapshots.is_empty() {
            "by Quell".to_owned()
        } else {
            format!("by Quell, snapshots {}", snapshots.join(", "))
        }
    }
}

fn wanted_of(state: MachineState) -> Wanted {
    match state {
        MachineState::Running | MachineState::Pending => Wanted::Running,
        _ => Wanted::Stopped,
    }
}

fn step(change: MachineChange, before: &MachineImage, after: Option<&MachineImage>) -> Step {
    Step {
        change: change.into(),
        before: Some(Image::Machine(before.clone())),
        after: after.cloned().map(Image::Machine),
    }
}

fn name(state: MachineState) -> &'static str {
    state.name()
}
