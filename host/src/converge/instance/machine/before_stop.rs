//! What comes before a stop: standby in the Auto Scaling group, and snapshots of the volumes.

use super::{State, step};
use crate::{
    cloud::{Machine, ScalingMembership},
    converge::Step,
    hold::{Coverage, Hold, MachineChange, MachineImage},
};

impl State<'_> {
    /// What has to be done before it may be stopped; or why it may not be.
    pub(super) fn before_a_stop(&self, hold: &Hold, image: &MachineImage) -> Result<Option<Step>, Coverage> {
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
        if let Some(ScalingMembership { group, lifecycle }) = &self.ground.around.scaling {
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
}
