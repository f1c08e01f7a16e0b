//! An account in trouble: its process dies at a write, or the weather between both is bad.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use ipnet::IpNet;
use quell::cloud::{
    AclId, Cloud, CloudError, CloudPlace, Direction, Entry, Fault, GroupRule, Instance, InstanceId, InstanceName,
    Interface, InterfaceId, Machine, NetworkAcl, OwnAddress, RuleSpec, ScalingMembership, SecurityGroup,
    SecurityGroupId, SecurityGroupRuleId, SnapshotId, SubnetId, Tag, TargetGroupMembership, Transition, VpcId,
};

use super::{Life, Weather, weather::Befalls};

/// An account as a process has it.
pub struct FaultyCloud {
    account: Arc<dyn Cloud>,
    life: Arc<Life>,
    weather: Arc<Weather>,
}

impl FaultyCloud {
    /// The account, for the process with this life: it may die at any write, and from then on gets no answer.
    pub fn mortal(account: Arc<dyn Cloud>, life: Arc<Life>) -> Self {
        Self {
            account,
            life,
            weather: Arc::default(),
        }
    }

    /// The account, in this weather: a call may be late, throttled, or done without an answer.
    pub fn in_weather(account: Arc<dyn Cloud>, weather: Arc<Weather>) -> Self {
        Self {
            account,
            life: Arc::default(),
            weather,
        }
    }

    async fn write<T: Send>(&self, write: impl Future<Output = Result<T, CloudError>> + Send) -> Result<T, CloudError> {
        let Some(death) = self.life.next() else {
            return self.call(write).await;
        };
        if death.is_done {
            // Nobody is left to hear the answer.
            drop(write.await);
        }
        self.life.died.notify_one();
        std::future::pending().await
    }

    async fn call<T: Send>(&self, call: impl Future<Output = Result<T, CloudError>> + Send) -> Result<T, CloudError> {
        match self.weather.next().await {
            Befalls::Nothing => call.await,
            Befalls::Refusal => Err(CloudError::new(
                "Throttled",
                Fault::Throttled {
                    code: "RequestLimitExceeded".to_owned(),
                    message: self.weather.to_string(),
                },
            )),
            Befalls::Loss => {
                drop(call.await);
                Err(CloudError::new("Lost", unreachable(&self.weather)))
            }
        }
    }
}

/// No answer came.
pub(super) fn unreachable(weather: &Weather) -> Fault {
    Fault::Unreachable {
        message: weather.to_string(),
    }
}

#[async_trait]
impl Cloud for FaultyCloud {
    fn place(&self) -> &CloudPlace {
        self.account.place()
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        self.call(self.account.instances(name)).await
    }

    async fn instances_of_vpc(&self, vpc: &VpcId) -> Result<Vec<Instance>, CloudError> {
        self.call(self.account.instances_of_vpc(vpc)).await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.call(self.account.network_acl(id)).await
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        self.call(self.account.network_acl_of_subnet(subnet)).await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        self.call(self.account.vpc_prefixes(vpc)).await
    }

    async fn vpcs(&self) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError> {
        self.call(self.account.vpcs()).await
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        self.call(self.account.security_group(id)).await
    }

    async fn own_addresses(&self) -> Result<Vec<OwnAddress>, CloudError> {
        self.call(self.account.own_addresses()).await
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.write(self.account.create_entry(acl, entry)).await
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.write(self.account.replace_entry(acl, entry)).await
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        self.write(self.account.delete_entry(acl, direction, number)).await
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        self.account.rule_quota().await
    }

    async fn interfaces_of(&self, instance: &InstanceId) -> Result<Vec<Interface>, CloudError> {
        self.call(self.account.interfaces_of(instance)).await
    }

    async fn interfaces(&self, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError> {
        self.call(self.account.interfaces(ids)).await
    }

    async fn set_groups(&self, interface: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), CloudError> {
        self.write(self.account.set_groups(interface, groups)).await
    }

    async fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError> {
        self.call(self.account.groups_tagged(vpc, tag)).await
    }

    async fn create_group(
        &self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, CloudError> {
        self.write(self.account.create_group(vpc, name, description, tags))
            .await
    }

    async fn group_rules(&self, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError> {
        self.call(self.account.group_rules(group)).await
    }

    async fn authorize_rule(
        &self,
        group: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, CloudError> {
        self.write(self.account.authorize_rule(group, rule)).await
    }

    async fn revoke_rule(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), CloudError> {
        self.write(self.account.revoke_rule(group, direction, rule)).await
    }

    async fn machine(&self, instance: &InstanceId) -> Result<Option<Machine>, CloudError> {
        self.call(self.account.machine(instance)).await
    }

    async fn stop_instance(&self, instance: &InstanceId, hibernate: bool) -> Result<Transition, CloudError> {
        self.write(self.account.stop_instance(instance, hibernate)).await
    }

    async fn start_instance(&self, instance: &InstanceId) -> Result<Transition, CloudError> {
        self.write(self.account.start_instance(instance)).await
    }

    async fn reboot_instance(&self, instance: &InstanceId) -> Result<(), CloudError> {
        self.write(self.account.reboot_instance(instance)).await
    }

    async fn create_snapshots(
        &self,
        instance: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, CloudError> {
        self.write(self.account.create_snapshots(instance, description, tags))
            .await
    }

    async fn scaling(&self, instance: &InstanceId) -> Result<Option<ScalingMembership>, CloudError> {
        self.call(self.account.scaling(instance)).await
    }

    async fn target_groups(
        &self,
        instance: &InstanceId,
        vpc: &VpcId,
        addresses: &[IpAddr],
    ) -> Result<Vec<TargetGroupMembership>, CloudError> {
        self.call(self.account.target_groups(instance, vpc, addresses)).await
    }

    async fn enter_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.write(self.account.enter_standby(instance, group)).await
    }

    async fn exit_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.write(self.account.exit_standby(instance, group)).await
    }
}
