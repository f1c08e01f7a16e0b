//! A reboot.

use super::{MachinePlan, State, step};
use crate::{
    cloud::MachineState,
    converge::Stance,
    hold::{Coverage, Hold, MachineChange},
};

impl State<'_> {
    /// At most once for each hold: a reboot can't be taken back, and two are worse than none.
    pub(super) fn reboot(&self, hold: &Hold, plan: &mut MachinePlan) -> Coverage {
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
                why: format!("it is {}, so it can't be rebooted", self.machine.state.name()),
            };
        }
        let mut kept = self.image_or_new(image);
        kept.rebooted.push(hold.id);
        let instance = self.machine.id.clone();
        plan.on.push(step(MachineChange::Reboot { instance }, &kept, None));
        Coverage::Done {
            how: "rebooted".to_owned(),
        }
    }
}
