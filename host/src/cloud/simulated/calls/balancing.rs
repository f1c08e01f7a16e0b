//! Target groups of load balancers. Targets are instances by id; how they stand goes by their state alone.

use crate::cloud::{
    id::{InstanceId, VpcId},
    machine::MachineState,
    simulated::state::State,
    target_group::TargetGroupMembership,
};

impl State {
    /// Whether anything in a VPC is in a target group.
    pub(in crate::cloud::simulated) fn has_target_groups(&self, vpc: &VpcId) -> bool {
        let mut servers = self.account.servers.values();
        servers.any(|server| server.vpc.as_ref() == Some(vpc) && !server.target_groups.is_empty())
    }

    pub(in crate::cloud::simulated) fn target_groups(&self, id: &InstanceId) -> Vec<TargetGroupMembership> {
        let Some(server) = self.account.servers.get(id) else {
            return Vec::new();
        };
        let health = match server.state() {
            MachineState::Running => "healthy",
            MachineState::Pending => "initial",
            _ => "unused",
        };
        let groups = server.target_groups.iter();
        groups
            .map(|(group, &port)| TargetGroupMembership {
                group: group.clone(),
                port,
                health: health.to_owned(),
            })
            .collect()
    }
}
