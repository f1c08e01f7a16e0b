//! The operator's terms: how instances are isolated and stopped.

use std::collections::BTreeMap;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cloud::{SecurityGroupId, VpcId};

/// How instances are isolated and stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceTerms {
    /// The isolation group of a VPC. In a VPC that is not here Quell makes one.
    pub isolation_groups: BTreeMap<VpcId, SecurityGroupId>,
    /// What becomes of flows that are under way.
    pub flows: Flows,
    /// Who may reach an isolated instance, at every port, if the group is Quell's own: those who investigate.
    pub forensics: Vec<IpNet>,
    /// Whether an instance may be stopped without snapshots of its volumes.
    pub stop_without_snapshots: bool,
    /// Whether an instance that can hibernate does so when it is stopped, which keeps its memory.
    pub hibernate: bool,
    /// Whether an instance may be set to standby in its Auto Scaling group. If not, one that is in such a group is not stopped.
    pub standby: bool,
}

/// What becomes of flows that are under way when an instance is isolated. A change of groups alone does not end a flow that is tracked, and
/// it may live for days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flows {
    /// They are cut: between two calls the interface is in a group that lets everything in and out, where EC2 tracks no flow, and
    /// what is not tracked ends with the isolation. This is how Amazon's own containment runbook does it.
    #[default]
    Cut,
    /// Those with the remotes that the plugin names are cut: the remotes are denied at the network ACLs of the instance's subnets, which know no flows.
    /// All others go on.
    Deny,
    /// They go on until they end by themselves.
    Keep,
}
