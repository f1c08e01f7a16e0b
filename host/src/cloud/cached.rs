//! A cloud whose answers are remembered for some seconds, so that a storm of alerts on one instance asks EC2 a handful of times.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};

use super::{
    Cloud, Clouds,
    acl::{Direction, Entry, NetworkAcl},
    error::CloudError,
    group_rule::{GroupRule, RuleSpec},
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, SecurityGroupRuleId, SnapshotId, SubnetId, VpcId},
    instance::{Instance, InstanceName, Interface},
    machine::{Machine, ScalingMembership, Transition},
    own_address::OwnAddress,
    place::CloudPlace,
    remembered::Remembered,
    security_group::SecurityGroup,
    tag::Tag,
    target_group::TargetGroupMembership,
};
use crate::clock::Clock;

/// How long what EC2 says of instances, network ACLs, VPCs and groups is good. Its own answers lag about as much.
const GOOD_FOR: SignedDuration = SignedDuration::from_secs(5);
/// How long a quota is good: it changes when somebody has asked Amazon for more.
const QUOTA_GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How many answers of one kind are remembered.
const MOST: usize = 1000;

type Answers<K, V> = Remembered<K, V, CloudError>;

/// Another cloud, with a short memory. Errors are not remembered.
///
/// Only what plugins and guards read is remembered. Who is about to write reads with the methods that always ask, such as [`Cloud::network_acl`] and
/// [`Cloud::interfaces_of`]. A write makes the memory of what it touches end.
pub struct CachedCloud {
    cloud: Arc<dyn Cloud>,
    clock: Arc<dyn Clock>,
    instances: Answers<InstanceName, Vec<Instance>>,
    acls: Answers<SubnetId, NetworkAcl>,
    vpcs: Answers<VpcId, Vec<IpNet>>,
    all_vpcs: Answers<(), BTreeMap<VpcId, Vec<IpNet>>>,
    groups: Answers<SecurityGroupId, SecurityGroup>,
    quota: Answers<(), Option<u16>>,
}

impl CachedCloud {
    /// `cloud` with a memory. The clock says how old it is.
    pub fn new(cloud: Arc<dyn Cloud>, clock: &Arc<dyn Clock>) -> Self {
        Self {
            cloud,
            clock: Arc::clone(clock),
            instances: Remembered::new(Arc::clone(clock), MOST),
            acls: Remembered::new(Arc::clone(clock), MOST),
            vpcs: Remembered::new(Arc::clone(clock), MOST),
            all_vpcs: Remembered::new(Arc::clone(clock), 1),
            groups: Remembered::new(Arc::clone(clock), MOST),
            quota: Remembered::new(Arc::clone(clock), 1),
        }
    }

    fn until(&self, good_for: SignedDuration) -> Timestamp {
        self.clock.now().saturating_add(good_for).unwrap_or(Timestamp::MAX)
    }

    /// What was remembered of an ACL may not be so any more, whether the write worked or not.
    fn written<T>(&self, acl: &AclId, result: T) -> T {
        self.acls.forget(|remembered| remembered.id == *acl);
        result
    }

    fn instances_written<T>(&self, is_meant: impl Fn(&Instance) -> bool, result: T) -> T {
        self.instances.forget(|remembered| remembered.iter().any(&is_meant));
        result
    }

    fn instance_written<T>(&self, id: &InstanceId, result: T) -> T {
        self.instances_written(|instance| instance.id == *id, result)
    }

    fn group_written<T>(&self, id: &SecurityGroupId, result: T) -> T {
        self.groups.forget(|remembered| remembered.id == *id);
        result
    }
}

impl Clouds {
    /// These clouds, each with a short memory of what it read.
    pub fn cached(&self, clock: &Arc<dyn Clock>) -> Self {
        Self::new(self.iter().map(|cloud| {
            let cached: Arc<dyn Cloud> = Arc::new(CachedCloud::new(Arc::clone(cloud), clock));
            cached
        }))
    }
}

#[async_trait]
impl Cloud for CachedCloud {
    fn place(&self) -> &CloudPlace {
        self.cloud.place()
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        let (cloud, named, until) = (Arc::clone(&self.cloud), name.clone(), self.until(GOOD_FOR));
        let ask = || async move { Ok((cloud.instances(&named).await?, until)) };
        self.instances.get(name, ask).await
    }

    async fn instances_of_vpc(&self, vpc: &VpcId) -> Result<Vec<Instance>, CloudError> {
        self.cloud.instances_of_vpc(vpc).await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.cloud.network_acl(id).await
    }

    fn remembered_acl(&self, id: &AclId) -> Option<(NetworkAcl, Timestamp)> {
        self.acls.newest(|remembered| remembered.id == *id)
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        let (cloud, id, until) = (Arc::clone(&self.cloud), subnet.clone(), self.until(GOOD_FOR));
        let ask = || async move { Ok((cloud.network_acl_of_subnet(&id).await?, until)) };
        self.acls.get(subnet, ask).await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        if let Some(all) = self.all_vpcs.present(&()).await
            && let Some(prefixes) = all.get(vpc)
        {
            return Ok(prefixes.clone());
        }
        let (cloud, id, until) = (Arc::clone(&self.cloud), vpc.clone(), self.until(GOOD_FOR));
        let ask = || async move { Ok((cloud.vpc_prefixes(&id).await?, until)) };
        self.vpcs.get(vpc, ask).await
    }

    async fn vpcs(&self) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError> {
        let (cloud, until) = (Arc::clone(&self.cloud), self.until(GOOD_FOR));
        let ask = || async move { Ok((cloud.vpcs().await?, until)) };
        self.all_vpcs.get(&(), ask).await
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        let (cloud, named, until) = (Arc::clone(&self.cloud), id.clone(), self.until(GOOD_FOR));
        let ask = || async move { Ok((cloud.security_group(&named).await?, until)) };
        self.groups.get(id, ask).await
    }

    async fn own_addresses(&self) -> Result<Vec<OwnAddress>, CloudError> {
        self.cloud.own_addresses().await
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.written(acl, self.cloud.create_entry(acl, entry).await)
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.written(acl, self.cloud.replace_entry(acl, entry).await)
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        self.written(acl, self.cloud.delete_entry(acl, direction, number).await)
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        let (cloud, until) = (Arc::clone(&self.cloud), self.until(QUOTA_GOOD_FOR));
        let ask = || async move { Ok((cloud.rule_quota().await?, until)) };
        self.quota.get(&(), ask).await
    }

    async fn interfaces_of(&self, instance: &InstanceId) -> Result<Vec<Interface>, CloudError> {
        self.cloud.interfaces_of(instance).await
    }

    async fn interfaces(&self, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError> {
        self.cloud.interfaces(ids).await
    }

    async fn set_groups(&self, interface: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), CloudError> {
        let result = self.cloud.set_groups(interface, groups).await;
        self.instances_written(
            |instance| instance.interfaces.iter().any(|other| other.id == *interface),
            result,
        )
    }

    async fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError> {
        self.cloud.groups_tagged(vpc, tag).await
    }

    async fn create_group(
        &self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, CloudError> {
        self.cloud.create_group(vpc, name, description, tags).await
    }

    async fn group_rules(&self, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError> {
        self.cloud.group_rules(group).await
    }

    async fn authorize_rule(
        &self,
        group: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, CloudError> {
        self.group_written(group, self.cloud.authorize_rule(group, rule).await)
    }

    async fn revoke_rule(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), CloudError> {
        self.group_written(group, self.cloud.revoke_rule(group, direction, rule).await)
    }

    async fn machine(&self, instance: &InstanceId) -> Result<Option<Machine>, CloudError> {
        self.cloud.machine(instance).await
    }

    async fn stop_instance(&self, instance: &InstanceId, hibernate: bool) -> Result<Transition, CloudError> {
        self.instance_written(instance, self.cloud.stop_instance(instance, hibernate).await)
    }

    async fn start_instance(&self, instance: &InstanceId) -> Result<Transition, CloudError> {
        self.instance_written(instance, self.cloud.start_instance(instance).await)
    }

    async fn reboot_instance(&self, instance: &InstanceId) -> Result<(), CloudError> {
        self.instance_written(instance, self.cloud.reboot_instance(instance).await)
    }

    async fn create_snapshots(
        &self,
        instance: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, CloudError> {
        self.cloud.create_snapshots(instance, description, tags).await
    }

    async fn scaling(&self, instance: &InstanceId) -> Result<Option<ScalingMembership>, CloudError> {
        self.cloud.scaling(instance).await
    }

    async fn target_groups(
        &self,
        instance: &InstanceId,
        vpc: &VpcId,
        addresses: &[IpAddr],
    ) -> Result<Vec<TargetGroupMembership>, CloudError> {
        self.cloud.target_groups(instance, vpc, addresses).await
    }

    async fn enter_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.instance_written(instance, self.cloud.enter_standby(instance, group).await)
    }

    async fn exit_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.instance_written(instance, self.cloud.exit_standby(instance, group).await)
    }
}

#[cfg(test)]
mod tests;
