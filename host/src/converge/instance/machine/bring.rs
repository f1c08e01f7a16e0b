//! Bringing an instance to the state that a hold asks for.

use super::{MachinePlan, State, wanted::Wanted};
use crate::{
    cloud::MachineState,
    converge::{Drift, PartDrift, Stance},
    hold::{Coverage, Hold, MachineImage, MachineStep},
};

impl State<'_> {
    /// Brings it to a state, for a hold.
    pub(super) fn bring(&self, wanted: Wanted, hold: &Hold, plan: &mut MachinePlan) -> Coverage {
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
                how: format!("{} {who}", state.name()),
            };
        }
        match state {
            MachineState::Pending | MachineState::Stopping => Coverage::UnderWay {
                what: format!("it is {}", state.name()),
            },
            // A read may not show yet what we did a moment ago.
            _ if is_new && image.is_some_and(|image| image.step == MachineStep::Done) => Coverage::UnderWay {
                what: format!("it is {}", state.name()),
            },
            _ => {
                if is_ours {
                    plan.drift.push(Drift::Part(PartDrift {
                        is: format!("{} is {}", self.machine.id, state.name()),
                        was: format!("{} by Quell", wanted.state().name()),
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
        let image = self.image_or_new(image);
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
