//! Putting back an instance that no hold wants in another state any more.

use super::{MachinePlan, State, step, wanted::Wanted};
use crate::{
    cloud::MachineState,
    hold::{Image, MachineChange, MachineImage, MachineStep},
};

impl State<'_> {
    /// Puts it back if it was us who changed it, and gives it back to its Auto Scaling group.
    pub(super) fn put_back(&self, plan: &mut MachinePlan) {
        let Some((image, written)) = self.ground.machine_image() else {
            return;
        };
        let (state, was) = (self.machine.state, Wanted::of(image.before));
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
}
