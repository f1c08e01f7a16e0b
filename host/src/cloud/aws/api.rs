//! EC2's calls, one method each.

use std::{collections::BTreeMap, net::IpAddr};

use async_trait::async_trait;
use aws_sdk_ec2::types::Filter;
use ipnet::IpNet;

use super::{
    Ec2Cloud, MAX_PAGES, balancing, convert,
    fault::{cloud_error, not_found},
    find, group, interface, machine, own_address, quota, scaling, too_many_pages, vpc,
};
use crate::cloud::{
    Cloud,
    acl::{Direction, Entry, NetworkAcl},
    call::Call,
    error::CloudError,
    group_rule::{GroupRule, RuleSpec},
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, SecurityGroupRuleId, SnapshotId, SubnetId, VpcId},
    instance::{Instance, InstanceName, Interface},
    machine::{Machine, ScalingMembership, Transition},
    own_address::OwnAddress,
    place::CloudPlace,
    quota::if_to_be_had,
    security_group::SecurityGroup,
    tag::Tag,
    target_group::TargetGroupMembership,
};

impl Ec2Cloud {
    async fn network_acls(&self, filter: Filter) -> Result<Vec<NetworkAcl>, CloudError> {
        let call = Call::DescribeNetworkAcls;
        let mut pages = self
            .clients
            .ec2()
            .describe_network_acls()
            .filters(filter)
            .into_paginator()
            .send();
        let mut acls = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(page) = pages.next().await else {
                return Ok(acls);
            };
            for acl in page.map_err(|error| cloud_error(call, &error))?.network_acls() {
                acls.push(convert::network_acl(acl).map_err(|fault| CloudError::new(call.name(), fault))?);
            }
        }
        Err(too_many_pages(call))
    }
}

#[async_trait]
impl Cloud for Ec2Cloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        find::instances(self.clients.ec2(), name).await
    }

    async fn instances_of_vpc(&self, vpc: &VpcId) -> Result<Vec<Instance>, CloudError> {
        find::instances_of_vpc(self.clients.ec2(), vpc).await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        let call = Call::DescribeNetworkAcls;
        let asked = self
            .clients
            .ec2()
            .describe_network_acls()
            .network_acl_ids(id.as_str())
            .send();
        let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
        let acl = answer
            .network_acls()
            .iter()
            .find(|acl| acl.network_acl_id() == Some(id.as_str()));
        let acl = acl.ok_or_else(|| not_found(call, "InvalidNetworkAclID.NotFound", id))?;
        convert::network_acl(acl).map_err(|fault| CloudError::new(call.name(), fault))
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        let filter = Filter::builder()
            .name("association.subnet-id")
            .values(subnet.as_str())
            .build();
        let mut acls = self.network_acls(filter).await?.into_iter();
        acls.find(|acl| acl.subnets.contains(subnet))
            .ok_or_else(|| not_found(Call::DescribeNetworkAcls, "InvalidSubnetID.NotFound", subnet))
    }

    async fn own_addresses(&self) -> Result<Vec<OwnAddress>, CloudError> {
        own_address::own_addresses(self.clients.ec2()).await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        vpc::prefixes(self.clients.ec2(), vpc).await
    }

    async fn vpcs(&self) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError> {
        vpc::all(self.clients.ec2()).await
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        let call = Call::DescribeSecurityGroups;
        let asked = self
            .clients
            .ec2()
            .describe_security_groups()
            .group_ids(id.as_str())
            .send();
        let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
        let group = answer
            .security_groups()
            .iter()
            .find(|group| group.group_id() == Some(id.as_str()));
        let group = group.ok_or_else(|| not_found(call, "InvalidGroup.NotFound", id))?;
        convert::security_group(group).map_err(|fault| CloudError::new(call.name(), fault))
    }

    async fn create_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        let written = convert::WrittenEntry::from(entry);
        self.clients
            .ec2()
            .create_network_acl_entry()
            .network_acl_id(acl.as_str())
            .rule_number(written.number)
            .egress(written.egress)
            .protocol(written.protocol)
            .rule_action(written.action)
            .set_cidr_block(written.v4)
            .set_ipv6_cidr_block(written.v6)
            .set_port_range(written.ports)
            .set_icmp_type_code(written.icmp)
            .send()
            .await
            .map_err(|error| cloud_error(Call::CreateNetworkAclEntry, &error))?;
        Ok(())
    }

    async fn replace_entry(&self, acl: &AclId, entry: &Entry) -> Result<(), CloudError> {
        let written = convert::WrittenEntry::from(entry);
        self.clients
            .ec2()
            .replace_network_acl_entry()
            .network_acl_id(acl.as_str())
            .rule_number(written.number)
            .egress(written.egress)
            .protocol(written.protocol)
            .rule_action(written.action)
            .set_cidr_block(written.v4)
            .set_ipv6_cidr_block(written.v6)
            .set_port_range(written.ports)
            .set_icmp_type_code(written.icmp)
            .send()
            .await
            .map_err(|error| cloud_error(Call::ReplaceNetworkAclEntry, &error))?;
        Ok(())
    }

    async fn delete_entry(&self, acl: &AclId, direction: Direction, number: u16) -> Result<(), CloudError> {
        self.clients
            .ec2()
            .delete_network_acl_entry()
            .network_acl_id(acl.as_str())
            .rule_number(number.into())
            .egress(direction == Direction::Egress)
            .send()
            .await
            .map_err(|error| cloud_error(Call::DeleteNetworkAclEntry, &error))?;
        Ok(())
    }

    async fn rule_quota(&self) -> Result<Option<u16>, CloudError> {
        if_to_be_had(quota::rules_per_network_acl(self.clients.quotas()).await)
    }

    async fn interfaces_of(&self, instance: &InstanceId) -> Result<Vec<Interface>, CloudError> {
        interface::interfaces_of(self.clients.ec2(), instance).await
    }

    async fn interfaces(&self, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError> {
        interface::interfaces(self.clients.ec2(), ids).await
    }

    async fn set_groups(&self, interface: &InterfaceId, groups: &[SecurityGroupId]) -> Result<(), CloudError> {
        interface::set_groups(self.clients.ec2(), interface, groups).await
    }

    async fn groups_tagged(&self, vpc: &VpcId, tag: &Tag) -> Result<Vec<SecurityGroup>, CloudError> {
        group::groups_tagged(self.clients.ec2(), vpc, tag).await
    }

    async fn create_group(
        &self,
        vpc: &VpcId,
        name: &str,
        description: &str,
        tags: &[Tag],
    ) -> Result<SecurityGroupId, CloudError> {
        group::create_group(self.clients.ec2(), vpc, name, description, tags).await
    }

    async fn group_rules(&self, group: &SecurityGroupId) -> Result<Vec<GroupRule>, CloudError> {
        group::group_rules(self.clients.ec2(), group).await
    }

    async fn authorize_rule(
        &self,
        group: &SecurityGroupId,
        rule: &RuleSpec,
    ) -> Result<SecurityGroupRuleId, CloudError> {
        group::authorize_rule(self.clients.ec2(), group, rule).await
    }

    async fn revoke_rule(
        &self,
        group: &SecurityGroupId,
        direction: Direction,
        rule: &SecurityGroupRuleId,
    ) -> Result<(), CloudError> {
        group::revoke_rule(self.clients.ec2(), group, direction, rule).await
    }

    async fn machine(&self, instance: &InstanceId) -> Result<Option<Machine>, CloudError> {
        machine::machine(self.clients.ec2(), instance).await
    }

    async fn stop_instance(&self, instance: &InstanceId, hibernate: bool) -> Result<Transition, CloudError> {
        machine::stop(self.clients.ec2(), instance, hibernate).await
    }

    async fn start_instance(&self, instance: &InstanceId) -> Result<Transition, CloudError> {
        machine::start(self.clients.ec2(), instance).await
    }

    async fn reboot_instance(&self, instance: &InstanceId) -> Result<(), CloudError> {
        machine::reboot(self.clients.ec2(), instance).await
    }

    async fn create_snapshots(
        &self,
        instance: &InstanceId,
        description: &str,
        tags: &[Tag],
    ) -> Result<Vec<SnapshotId>, CloudError> {
        machine::create_snapshots(self.clients.ec2(), instance, description, tags).await
    }

    async fn scaling(&self, instance: &InstanceId) -> Result<Option<ScalingMembership>, CloudError> {
        scaling::scaling(self.clients.scaling(), instance).await
    }

    async fn target_groups(
        &self,
        instance: &InstanceId,
        vpc: &VpcId,
        addresses: &[IpAddr],
    ) -> Result<Vec<TargetGroupMembership>, CloudError> {
        balancing::target_groups(self.clients.balancing(), instance, vpc, addresses).await
    }

    async fn enter_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        scaling::enter_standby(self.clients.scaling(), instance, group).await
    }

    async fn exit_standby(&self, instance: &InstanceId, group: &str) -> Result<(), CloudError> {
        scaling::exit_standby(self.clients.scaling(), instance, group).await
    }
}
