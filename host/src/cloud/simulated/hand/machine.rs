//! Instances in someone else's hand.

use std::time::Duration;

use jiff::SignedDuration;

use crate::cloud::{
    error::Fault,
    id::{InstanceId, SnapshotId},
    machine::{Machine, MachineState},
    simulated::{SimulatedCloud, power::Power},
    tag::Tag,
};

impl SimulatedCloud {
    /// What bears on stopping an instance as it is now, without a call. None if there is no such instance.
    pub fn peek_machine(&self, id: &InstanceId) -> Option<Machine> {
        self.state().machine(id)
    }

    /// The snapshots that were taken, in order: each with its instance and its tags.
    pub fn snapshots(&self) -> Vec<(SnapshotId, InstanceId, Vec<Tag>)> {
        self.state().snapshots.clone()
    }

    /// From here on, an instance takes this long by the clock to go down. At first it is 30 seconds.
    pub fn stop_in(&self, how_long: Duration) {
        self.state().to_stop = SignedDuration::try_from(how_long).unwrap_or(SignedDuration::MAX);
    }

    /// Brings an instance into a state at once, as another person would in time.
    pub fn set_state_as_someone_else(&self, id: &InstanceId, machine_state: MachineState) -> Result<(), Fault> {
        let mut state = self.state();
        state.change_server(id, |server| {
            match machine_state {
                MachineState::Terminated => server.terminate(),
                lasting => server.power = Power::lasting(lasting),
            }
            Ok(())
        })?;
        if machine_state == MachineState::Terminated {
            state.remove_cards_of(id);
        }
        Ok(())
    }

    /// Tags an instance or a security group as another person would, in the place of a tag with the same key.
    pub fn tag_as_someone_else(&self, id: &str, tag: Tag) -> Result<(), Fault> {
        let mut state = self.state();
        if let Ok(group) = id.parse() {
            return state.change_group(&group, |group| {
                group.tag(tag);
                Ok(())
            });
        }
        let instance = id.parse().map_err(|error: crate::cloud::id::NotAnId| Fault::Invalid {
            code: "InvalidID".to_owned(),
            message: error.to_string(),
        })?;
        state.change_server(&instance, |server| {
            server.tags.insert(tag.key, tag.value);
            Ok(())
        })
    }
}
