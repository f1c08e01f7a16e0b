//! Auto Scaling groups, as far as an instance that is stopped needs them. A group gives up an instance that it misses; the one that would be launched in
//! its place is not simulated.

use crate::cloud::{
    error::Fault,
    id::InstanceId,
    machine::ScalingMembership,
    simulated::{
        server::{IN_SERVICE, STANDBY},
        state::State,
    },
};

impl State {
    pub(in crate::cloud::simulated) fn scaling(&self, id: &InstanceId) -> Option<ScalingMembership> {
        self.account.servers.get(id)?.scaling.clone()
    }

    pub(in crate::cloud::simulated) fn enter_standby(&mut self, id: &InstanceId, group: &str) -> Result<(), Fault> {
        self.change_lifecycle(id, group, IN_SERVICE, STANDBY)
    }

    pub(in crate::cloud::simulated) fn exit_standby(&mut self, id: &InstanceId, group: &str) -> Result<(), Fault> {
        self.change_lifecycle(id, group, STANDBY, IN_SERVICE)
    }

    fn change_lifecycle(&mut self, id: &InstanceId, group: &str, from: &str, to: &str) -> Result<(), Fault> {
        let server = self.account.servers.get_mut(id);
        let membership = server.and_then(|server| server.scaling.as_mut());
        let membership = membership
            .filter(|membership| membership.group == group)
            .ok_or_else(|| refused(format!("The instance {id} is not part of Auto Scaling group {group}.")))?;
        if membership.lifecycle != from {
            return Err(refused(format!("The instance {id} is not in {from}.")));
        }
        to.clone_into(&mut membership.lifecycle);
        self.pass(self.now);
        Ok(())
    }
}

fn refused(message: String) -> Fault {
    Fault::Invalid {
        code: "ValidationError".to_owned(),
        message,
    }
}
