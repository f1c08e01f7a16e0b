//! The calls of EC2, answered by the account in memory.

use std::{collections::BTreeMap, net::IpAddr};

use async_trait::async_trait;
use ipnet::IpNet;

use super::{SimulatedCloud, validation};
use crate::cloud::{
    Cloud,
    acl::{Direction, Entry, NetworkAcl, RuleAction},
    call::Call,
    error::CloudError,
    group_rule::{GroupRule, RuleSpec},
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, SecurityGroupRuleId, SnapshotId, SubnetId, VpcId},
    instance::{Instance, InstanceName, Interface},
    machine::{Machine, ScalingMembership, Transition},
    own_address::OwnAddress,
    place::CloudPlace,
    quota,
    security_group::SecurityGroup,
    tag::Tag,
    target_group::TargetGroupMembership,
};

#[async_trait]
impl Cloud for SimulatedCloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        self.call(Call::DescribeInstances, name, |state| Ok(state.instances(name)))
            .await
    }

    async fn instances_of_vpc(&self, vpc: &VpcId) -> Result<Vec<Instance>, CloudError> {
        self.call(Call::DescribeInstances, vpc, |state| Ok(state.instances_of_vpc(vpc)))
            .await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.call(Call::DescribeNetworkAcls, id, |state| state.network_acl(id))
            .await
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        self.call(Call::DescribeNetworkAcls, subnet, |state| {
            state.network_acl_of_subnet(subnet)
        })
        .await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        self.call(Call::DescribeVpcs, vpc, |state| state.vpc_prefixes(vpc))
            .await
    }

    async fn vpcs(&self) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError> {
        self.call(Call::DescribeVpcs, "all", |state| Ok(state.account.vpcs.clone()))
            .await
    }

    async fn own_addresses(&self) -> Result<Vec<OwnAddress>, CloudError> {
        let interfaces = self.call(Call::DescribeNetworkInterfaces, "public addresses", |state| {
            Ok(state.public_addresses())
        });
        let mut own = interfaces.await?;
        let elastic = self.call(Call::DescribeAddresses, "all", |state| {
            Ok(state.account.elastic_addresses.clone())
        });
        own.extend(elastic.await?);
        let gateways = self.call(Call::DescribeCustomerGateways, "all", |state| {
            Ok(state.account.customer_gateways.clone())
        });
        own.extend(gateways.await?);
        let vpcs = self.call(Call::DescribeVpcs, "all", |state| Ok(state.public_prefixes()));
        own.extend(vpcs.await?);
        Ok(OwnAddress::each_once(own))
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        self.call(Call::DescribeSecurityGroups, id, |state| state.security_group(id))
            .await
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.write(
            Call::CreateNetworkAclEntry,
            about(acl, entry),
            acl,
            |acl, rule_quota| validation::insert(acl, entry, rule_quota),
        )
        .await
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        self.write(
            Call::ReplaceNetworkAclEntry,
            about(acl, entry),
            acl,
            |acl, rule_quota| validation::replace(acl, entry, rule_quota),
        )
        .await
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        let about = format!("{acl} {direction} {number}");
        self.write(Call::DeleteNetworkAclEntry, about, acl, |acl, _| {
            validation::remove(acl, direction, number)
        })
        .await
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        let asked = self
            .call(Call::GetServiceQuota, quota::RULES_PER_NETWORK_ACL, |state| {
                Ok(state.account.rule_quota)
            })
            .await;
        quota::if_to_be_had(asked)
    }

    async fn interfaces_of(&self, instance: &InstanceId) -> Result<Vec<Interface>, CloudError> {
        self.call(Call::DescribeNetworkInterfaces, instance, |state| {
            Ok(state.interfaces_of(instance))
        })
        .await
    }

    async fn interfaces(&self, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError> {
        self.call(Call::DescribeNetworkInterfaces, listed(ids), |state| {
            Ok(state.interfaces(ids))
        })
        .await
    }

    async fn set_groups(&self, interface: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), CloudError> {
        let about = format!("{interface} {}", listed(groups));
        self.call(Call::ModifyNetworkInterfaceAttribute, about, |state| {
            state.set_groups(interface, groups)
        })
        .await
    }

    async fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError> {
        let about = format!("{vpc} {}={}", tag.key, tag.value);
        self.call(Call::DescribeSecurityGroups, about, |state| {
            Ok(state.groups_tagged(vpc, tag))
        })
        .await
    }

    async fn create_group(
        &self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, CloudError> {
        self.call(Call::CreateSecurityGroup, format!("{vpc} {name}"), |state| {
            state.create_group(vpc, name, description, tags)
        })
        .await
    }

    async fn group_rules(&self, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError> {
        self.call(Call::DescribeSecurityGroupRules, group, |state| {
            Ok(state.group_rules(group))
        })
        .await
    }

    async fn authorize_rule(
        &self,
        group: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, CloudError> {
        let call = match rule.direction {
            Direction::Ingress => Call::AuthorizeSecurityGroupIngress,
            Direction::Egress => Call::AuthorizeSecurityGroupEgress,
        };
        self.call(call, format!("{group} {rule}"), |state| {
            state.authorize_rule(group, rule)
        })
        .await
    }

    async fn revoke_rule(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), CloudError> {
        let call = match direction {
            Direction::Ingress => Call::RevokeSecurityGroupIngress,
            Direction::Egress => Call::RevokeSecurityGroupEgress,
        };
        self.call(call, format!("{group} {rule}"), |state| {
            state.revoke_rule(group, direction, rule)
        })
        .await
    }

    async fn machine(&self, instance: &InstanceId) -> Result<Option<Machine>, CloudError> {
        self.call(Call::DescribeInstances, instance, |state| Ok(state.machine(instance)))
            .await
    }

    async fn stop_instance(&self, instance: &InstanceId, hibernate: bool) -> Result<Transition, CloudError> {
        let about = if hibernate {
            format!("{instance} hibernate")
        } else {
            instance.to_string()
        };
        self.call(Call::StopInstances, about, |state| {
            state.stop_instance(instance, hibernate)
        })
        .await
    }

    async fn start_instance(&self, instance: &InstanceId) -> Result<Transition, CloudError> {
        self.call(Call::StartInstances, instance, |state| state.start_instance(instance))
            .await
    }

    async fn reboot_instance(&self, instance: &InstanceId) -> Result<(), CloudError> {
        self.call(Call::RebootInstances, instance, |state| state.reboot_instance(instance))
            .await
    }

    async fn create_snapshots(
        &self,
        instance: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, CloudError> {
        self.call(Call::CreateSnapshots, instance, |state| {
            state.create_snapshots(instance, description, tags)
        })
        .await
    }

    async fn scaling(&self, instance: &InstanceId) -> Result<Option<ScalingMembership>, CloudError> {
        self.call(Call::DescribeAutoScalingInstances, instance, |state| {
            Ok(state.scaling(instance))
        })
        .await
    }

    async fn target_groups(
        &self,
        instance: &InstanceId,
        vpc: &VpcId,
        _: &[IpAddr],
    ) -> Result<Vec<TargetGroupMembership>, CloudError> {
        let listed = self.call(
            Call::DescribeTargetGroups,
            vpc,
            |state| Ok(state.has_target_groups(vpc)),
        );
        if !listed.await? {
            return Ok(Vec::new());
        }
        let found = self.call(Call::DescribeTargetHealth, instance, |state| {
            Ok(state.target_groups(instance))
        });
        found.await
    }

    async fn enter_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.call(Call::EnterStandby, format!("{group} {instance}"), |state| {
            state.enter_standby(instance, group)
        })
        .await
    }

    async fn exit_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        self.call(Call::ExitStandby, format!("{group} {instance}"), |state| {
            state.exit_standby(instance, group)
        })
        .await
    }
}

/// What a call that writes an entry is about.
fn about(acl: &AclId, entry: &Entry) -> String {
    let action = match entry.action {
        RuleAction::Allow => "allow",
        RuleAction::Deny => "deny",
    };
    format!("{acl} {} {} {action} {}", entry.direction, entry.number, entry.prefix)
}

/// Ids that a call is about, each with a comma behind it but the last.
fn listed(ids: &[impl ToString]) -> String {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(",")
}
