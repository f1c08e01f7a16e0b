//! An instance of the simulated account.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::power::Power;
use crate::cloud::{
    id::{InstanceId, VpcId},
    instance::{AUTO_SCALING_GROUP, Instance, Interface},
    machine::{Machine, MachineState, ScalingMembership},
    tag::Tag,
};

/// How Auto Scaling calls an instance that is in service.
pub(super) const IN_SERVICE: &str = "InService";
/// How Auto Scaling calls an instance that was put aside.
pub(super) const STANDBY: &str = "Standby";

/// After how long an Auto Scaling group gives up an instance that is in service and not on.
const REPLACED_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// An instance. Its interfaces are things of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) id: InstanceId,
    pub(super) vpc: Option<VpcId>,
    pub(super) host_names: Vec<String>,
    pub(super) tags: BTreeMap<String, String>,
    pub(super) volumes: Vec<String>,
    pub(super) root_is_instance_store: bool,
    pub(super) hibernates: bool,
    pub(super) power: Power,
    pub(super) scaling: Option<ScalingMembership>,
    /// The target groups of load balancers that it is in: each by its name, with the port.
    pub(super) target_groups: BTreeMap<String, u16>,
    /// When its Auto Scaling group gives it up, if it stays as it is.
    given_up_at: Option<Timestamp>,
}

impl Server {
    /// An instance with nothing but an id, a state and its DNS names.
    pub(super) fn new(id: InstanceId, state: MachineState, host_names: Vec<String>) -> Self {
        Self {
            id,
            vpc: None,
            host_names,
            tags: BTreeMap::new(),
            volumes: Vec::new(),
            root_is_instance_store: false,
            hibernates: false,
            power: Power::lasting(state),
            scaling: None,
            target_groups: BTreeMap::new(),
            given_up_at: None,
        }
    }

    pub(super) fn state(&self) -> MachineState {
        self.power.state()
    }

    /// The instance as `DescribeInstances` tells it.
    pub(super) fn told(&self, interfaces: Vec<Interface>) -> Instance {
        Instance {
            id: self.id.clone(),
            state: self.state().name().to_owned(),
            vpc: self.vpc.clone(),
            host_names: self.host_names.clone(),
            interfaces,
            tags: self.told_tags().into_iter().collect(),
        }
    }

    /// Its tags, with the one by which Auto Scaling marks the instances of a group.
    fn told_tags(&self) -> BTreeMap<String, String> {
        let group = self.scaling.iter().map(|scaling| scaling.group.clone());
        let marked = group.map(|group| (AUTO_SCALING_GROUP.to_owned(), group));
        self.tags.clone().into_iter().chain(marked).collect()
    }

    /// What bears on stopping it.
    pub(super) fn machine(&self) -> Machine {
        Machine {
            id: self.id.clone(),
            vpc: self.vpc.clone(),
            state: self.state(),
            tags: self
                .told_tags()
                .iter()
                .map(|(key, value)| Tag::new(key, value))
                .collect(),
            volumes: self.volumes.clone(),
            root_is_instance_store: self.root_is_instance_store,
            hibernates: self.hibernates,
        }
    }

    /// Lets the time come to `now`, and says whether its Auto Scaling group terminated it meanwhile.
    pub(super) fn pass(&mut self, now: Timestamp) -> bool {
        self.power.pass(now);
        let is_missed = self
            .scaling
            .as_ref()
            .is_some_and(|scaling| scaling.lifecycle == IN_SERVICE)
            && matches!(self.state(), MachineState::Stopping | MachineState::Stopped);
        if !is_missed {
            self.given_up_at = None;
            return false;
        }
        let end = now.saturating_add(REPLACED_AFTER).unwrap_or(Timestamp::MAX);
        if *self.given_up_at.get_or_insert(end) > now {
            return false;
        }
        self.terminate();
        true
    }

    /// Ends it. A terminated instance has no VPC and no volumes any more and is in no Auto Scaling group and no target group.
    pub(super) fn terminate(&mut self) {
        self.power = Power::lasting(MachineState::Terminated);
        self.vpc = None;
        self.volumes.clear();
        self.scaling = None;
        self.target_groups.clear();
        self.given_up_at = None;
    }
}
