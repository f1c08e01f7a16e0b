//! A cloud whose calls that fail are counted.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use ipnet::IpNet;

use super::Counters;
use crate::cloud::{
    AclId, Cloud, CloudError, CloudPlace, Clouds, Direction, Entry, GroupRule, Instance, InstanceId, InstanceName,
    Interface, InterfaceId, Machine, NetworkAcl, OwnAddress, RuleSpec, ScalingMembership, SecurityGroup,
    SecurityGroupId, SecurityGroupRuleId, SnapshotId, SubnetId, Tag, TargetGroupMembership, Transition, VpcId,
};

/// Another cloud, of which each call that fails is counted.
struct CountedCloud {
    cloud: Arc<dyn Cloud>,
    counters: Arc<Counters>,
}

impl CountedCloud {
    async fn counted<T>(&self, call: impl Future<Output = Result<T, CloudError>>) -> Result<T, CloudError> {
        let result = call.await;
        if let Err(error) = &result {
            self.counters.call_failed(error);
        }
        result
    }
}

impl Clouds {
    /// These clouds, of each of which the calls that fail are counted.
    #[must_use]
    pub fn counted(&self, counters: &Arc<Counters>) -> Self {
        Self::new(self.iter().map(|cloud| {
            let counted: Arc<dyn Cloud> = Arc::new(CountedCloud {
                cloud: Arc::clone(cloud),
                counters: Arc::clone(counters),
            });
            counted
        }))
    }
}

#[async_trait]
impl Cloud for CountedCloud {
    fn place(&self) -> &CloudPlace {
        self.cloud.place()
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        self.counted(self.cloud.instances(name)).await
    }

    async fn instances_of_vpc(&self, vpc: &VpcId) -> Result<Vec<Instance>, CloudError> {
        self.counted(self.cloud.instances_of_vpc(vpc)).await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.counted(self.cloud.network_acl(id)).await
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        self.counted(self.cloud.network_acl_of_subnet(subnet)).await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        self.counted(self.cloud.vpc_prefixes(vpc)).await
    }

    async fn vpcs(&self) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError> {
        self.counted(self.cloud.vpcs()).await
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        self.counted(self.cloud.security_group(id)).await
    }

    async fn own_addresses(&self) -> Result<Vec<OwnAddress>, CloudError> {
        self.counted(self.cloud.own_addresses()).await
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.counted(self.cloud.create_entry(acl, entry)).await
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.counted(self.cloud.replace_entry(acl, entry)).await
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        self.counted(self.cloud.delete_entry(acl, direction, number)).await
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        self.counted(self.cloud.rule_quota()).await
    }

    async fn interfaces_of(&self, instance: &InstanceId) -> Result<Vec<Interface>, CloudError> {
        self.counted(self.cloud.interfaces_of(instance)).await
    }

    async fn interfaces(&self, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError> {
        self.counted(self.cloud.interfaces(ids)).await
    }

    async fn set_groups(&self, interface: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), CloudError> {
        self.counted(self.cloud.set_groups(interface, groups)).await
    }

    async fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError> {
        self.counted(self.cloud.groups_tagged(vpc, tag)).await
    }

    async fn create_group(
        &self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, CloudError> {
        self.counted(self.cloud.create_group(vpc, name, description, tags))
            .await
    }

    async fn group_rules(&self, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError> {
        self.counted(self.cloud.group_rules(group)).await
    }

    async fn authorize_rule(
        &self,
        group: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, CloudError> {
        self.counted(self.cloud.authorize_rule(group, rule)).await
    }

    async fn revoke_rule(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), CloudError> {
        self.counted(self.cloud.revoke_rule(group, direction, rule)).await
    }

    async fn machine(&self, instance: &InstanceId) -> Result<Option<Machine>, CloudError> {
        self.counted(self.cloud.machine(instance)).await
    }

    async fn stop_instance(&self, instance: &InstanceId, hibernate: bool) -> Result<Transition, CloudError> {
        self.counted(self.cloud.stop_instance(instance, hibernate)).await
    }

    async fn start_instance(&self, instance: &InstanceId) -> Result<Transition, CloudError> {
        self.counted(self.cloud.start_instance(instance)).await
    }

    async fn reboot_instance(&self, instance: &InstanceId) -> Result<(), CloudError> {
        self.counted(self.cloud.reboot_instance(instance)).await
    }

    async fn create_snapshots(
        &self,
        instance: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, CloudError> {
        self.counted(self.cloud.create_snapshots(instance, description, tags))
            .await
    }

    async fn scaling(&self, instance: &InstanceId) -> Result<Option<ScalingMembership>, CloudError> {
        self.counted(self.cloud.scaling(instance)).await
    }

    async fn target_groups(
        &self,
        instance: &InstanceId,
        vpc: &VpcId,
        addresses: &[IpAddr],
    ) -> Result<Vec<TargetGroupMembership>, CloudError> {
        self.counted(self.cloud.target_groups(instance, vpc, addresses)).await
    }

    async fn enter_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.counted(self.cloud.enter_standby(instance, group)).await
    }

    async fn exit_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.counted(self.cloud.exit_standby(instance, group)).await
    }
}
