//! The state of an instance: stopped or started for a hold, and put back when no hold wants it any more.

mod back;
mod before_stop;
mod bring;
mod reboot;
mod wanted;

use self::wanted::Wanted;
use super::plan::Ground;
use crate::{
    cloud::{Machine, MachineState},
    converge::{Drift, Step},
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
    /// The image that is kept, or one of the state that it is in now.
    fn image_or_new(&self, image: Option<&MachineImage>) -> MachineImage {
        image.cloned().unwrap_or_else(|| MachineImage {
            before: self.machine.state,
            step: MachineStep::Prepared,
            snapshots: Vec::new(),
            standby: None,
            rebooted: Vec::new(),
        })
    }

    /// Brings it to a state by one call, after which the image is at this step.
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
}

fn step(change: MachineChange, before: &MachineImage, after: Option<&MachineImage>) -> Step {
    Step {
        change: change.into(),
        before: Some(Image::Machine(before.clone())),
        after: after.cloned().map(Image::Machine),
        or_else: None,
    }
}
