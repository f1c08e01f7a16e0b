//! Instances that are switched on and off, and their snapshots.

use super::not_found;
use crate::cloud::{
    error::Fault,
    id::{InstanceId, MadeUp, SnapshotId},
    machine::{Machine, MachineState, Transition},
    simulated::{power, server::Server, state::State, text},
    tag::Tag,
};

impl State {
    pub(in crate::cloud::simulated) fn machine(&self, id: &InstanceId) -> Option<Machine> {
        self.account.servers.get(id).map(Server::machine)
    }

    pub(in crate::cloud::simulated) fn stop_instance(
        &mut self,
        id: &InstanceId,
        hibernate: bool,
    ) -> Result<Transition, Fault> {
        let (now, takes) = (self.now, self.to_stop);
        self.change_server(id, |server| {
            if server.root_is_instance_store {
                return Err(Fault::Invalid {
                    code: "UnsupportedOperation".to_owned(),
                    message: format!(
                        "The instance '{id}' does not have an 'ebs' root device type and cannot be stopped."
                    ),
                });
            }
            if hibernate && !server.hibernates {
                return Err(Fault::WrongState {
                    code: "UnsupportedHibernationConfiguration".to_owned(),
                    message: format!("The instance '{id}' is not enabled for hibernation."),
                });
            }
            server.power.stop(id, now, takes)
        })
    }

    pub(in crate::cloud::simulated) fn start_instance(&mut self, id: &InstanceId) -> Result<Transition, Fault> {
        let (now, takes) = (self.now, self.to_start);
        self.change_server(id, |server| server.power.start(id, now, takes))
    }

    pub(in crate::cloud::simulated) fn reboot_instance(&self, id: &InstanceId) -> Result<(), Fault> {
        let server = self.account.servers.get(id).ok_or_else(|| unknown_instance(id))?;
        server.power.reboot(id)
    }

    /// Takes snapshots. Of an instance without a volume EC2's own answer is not known.
    pub(in crate::cloud::simulated) fn create_snapshots(
        &mut self,
        id: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, Fault> {
        text::check_snapshot_description(description)?;
        text::check_tags(tags)?;
        let server = self.account.servers.get(id).ok_or_else(|| unknown_instance(id))?;
        if matches!(server.state(), MachineState::ShuttingDown | MachineState::Terminated) {
            return Err(power::incorrect(format!(
                "This instance '{id}' is not in a state from which snapshots can be created."
            )));
        }
        let volumes = server.volumes.len();
        if volumes == 0 {
            return Err(text::invalid(format!("The instance '{id}' has no EBS volumes.")));
        }
        let ids: Vec<_> = (0..volumes)
            .map(|_| SnapshotId::made_up(self.account.next_number()))
            .collect();
        let tags = text::tags_as_kept(tags);
        let taken = ids.iter().map(|snapshot| (snapshot.clone(), id.clone(), tags.clone()));
        self.snapshots.extend(taken);
        Ok(ids)
    }

    /// Changes an instance, and lets its Auto Scaling group look at it.
    pub(in crate::cloud::simulated) fn change_server<T>(
        &mut self,
        id: &InstanceId,
        change: impl FnOnce(&mut Server) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let server = self.account.servers.get_mut(id).ok_or_else(|| unknown_instance(id))?;
        let result = change(server)?;
        self.pass(self.now);
        Ok(result)
    }
}

fn unknown_instance(id: &InstanceId) -> Fault {
    not_found("InvalidInstanceID.NotFound", "instance ID", id)
}
