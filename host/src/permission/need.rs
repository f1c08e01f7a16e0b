//! Needs: which calls a configuration leads to, and on what.

use std::collections::{BTreeMap, BTreeSet};

use super::host::{self, HostGrant};
use crate::{
    cloud::Call,
    config::{Config, Mode},
    converge::{Flows, InstanceTerms},
    decision::ActionKind,
    hold::GroupRole,
};

/// How much a call is made on, as far as IAM can tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Security groups of Quell's own, known by their tag.
    OwnGroups,
    /// Whatever there is of its kind.
    All,
}

/// The calls that a configuration leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    calls: BTreeMap<Call, Extent>,
    own_groups: BTreeSet<GroupRole>,
    host: Vec<HostGrant>,
}

impl Needs {
    /// What a configuration needs. Where the mode is to observe, of the host or of a plugin, that is what is read to tell what would be done.
    pub fn of(config: &Config) -> Self {
        let instances = config.instance.terms();
        let is_quota_known = config.network_acl.quota.is_some();
        let mut needs = Self {
            host: host::grants(config),
            ..Self::default()
        };
        // What any plugin may ask for as a fact.
        needs.add([
            Call::DescribeInstances,
            Call::DescribeNetworkAcls,
            Call::DescribeSecurityGroups,
        ]);
        if config.guard.own_addresses {
            needs.add([
                Call::DescribeNetworkInterfaces,
                Call::DescribeAddresses,
                Call::DescribeCustomerGateways,
                Call::DescribeVpcs,
            ]);
        }
        for plugin in &config.plugins {
            for kind in &plugin.may {
                needs.read_for(*kind, &instances, is_quota_known);
                if config.mode == Mode::Enforce && plugin.mode == Mode::Enforce {
                    needs.write_for(*kind, &instances);
                }
            }
        }
        needs
    }

    /// The calls, each with what it is made on, in the order of [`Call::ALL`].
    pub fn calls(&self) -> impl Iterator<Item = (Call, Extent)> {
        self.calls.iter().map(|(call, extent)| (*call, *extent))
    }

    /// The security groups that Quell may make.
    pub fn own_groups(&self) -> &BTreeSet<GroupRole> {
        &self.own_groups
    }

    /// What the host needs for itself.
    pub fn host(&self) -> &[HostGrant] {
        &self.host
    }

    /// On what a call is made. None if it is not made at all.
    pub fn extent(&self, call: Call) -> Option<Extent> {
        self.calls.get(&call).copied()
    }

    fn add(&mut self, calls: impl IntoIterator<Item = Call>) {
        self.add_on(Extent::All, calls);
    }

    fn add_on(&mut self, extent: Extent, calls: impl IntoIterator<Item = Call>) {
        for call in calls {
            let known = self.calls.entry(call).or_insert(extent);
            *known = extent.max(*known);
        }
    }

    fn read_for(&mut self, kind: ActionKind, instances: &InstanceTerms, is_quota_known: bool) {
        match kind {
            ActionKind::Block => {
                self.add([Call::DescribeVpcs]);
                if !is_quota_known {
                    self.add([Call::GetServiceQuota]);
                }
            }
            ActionKind::Isolate => {
                self.add([Call::DescribeNetworkInterfaces]);
                self.add(SERVING);
                if !own_groups(instances).is_empty() {
                    self.add([Call::DescribeSecurityGroupRules]);
                }
            }
            ActionKind::RevokeIngress => self.add([Call::DescribeSecurityGroupRules]),
            ActionKind::SetInstanceState => {
                self.add([Call::DescribeNetworkInterfaces, Call::DescribeAutoScalingInstances]);
                self.add(SERVING);
            }
            // This host carries out none.
            ActionKind::Custom => {}
        }
    }

    fn write_for(&mut self, kind: ActionKind, instances: &InstanceTerms) {
        match kind {
            ActionKind::Block => self.add([
                Call::CreateNetworkAclEntry,
                Call::ReplaceNetworkAclEntry,
                Call::DeleteNetworkAclEntry,
            ]),
            ActionKind::Isolate => {
                self.add([Call::ModifyNetworkInterfaceAttribute]);
                self.make_groups(instances);
            }
            ActionKind::RevokeIngress => {
                self.add([Call::AuthorizeSecurityGroupIngress, Call::RevokeSecurityGroupIngress])
            }
            ActionKind::SetInstanceState => {
                // Each of the first two is what takes the other back.
                self.add([Call::StopInstances, Call::StartInstances, Call::RebootInstances]);
                if !instances.stop_without_snapshots {
                    self.add([Call::CreateSnapshots]);
                }
                if instances.standby {
                    self.add([Call::EnterStandby, Call::ExitStandby]);
                }
            }
            ActionKind::Custom => {}
        }
    }

    fn make_groups(&mut self, instances: &InstanceTerms) {
        let roles = own_groups(instances);
        if roles.is_empty() {
            return;
        }
        let is_transit = roles.contains(&GroupRole::Transit);
        self.own_groups.extend(roles);
        // EC2 gives a new group rules that let everything out; what somebody else adds is taken out too.
        self.add_on(
            Extent::OwnGroups,
            [
                Call::CreateSecurityGroup,
                Call::RevokeSecurityGroupIngress,
                Call::RevokeSecurityGroupEgress,
            ],
        );
        if is_transit {
            self.add_on(Extent::OwnGroups, [Call::AuthorizeSecurityGroupEgress]);
        }
        if is_transit || !instances.forensics.is_empty() {
            self.add_on(Extent::OwnGroups, [Call::AuthorizeSecurityGroupIngress]);
        }
    }
}

/// What tells whom an instance serves that is isolated or stopped.
const SERVING: [Call; 2] = [Call::DescribeTargetGroups, Call::DescribeTargetHealth];

/// The security groups that isolation makes. Who names isolation groups means the VPCs that have one: in another VPC Quell would have to make one, and the
/// doctor tells of such a VPC.
fn own_groups(instances: &InstanceTerms) -> BTreeSet<GroupRole> {
    let mut roles = BTreeSet::new();
    if instances.isolation_groups.is_empty() {
        roles.insert(GroupRole::Isolation);
    }
    if instances.flows == Flows::Cut {
        roles.insert(GroupRole::Transit);
    }
    roles
}
