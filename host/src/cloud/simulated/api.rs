//! The calls of EC2, answered by the account in memory.

use std::fmt;

use async_trait::async_trait;
use ipnet::IpNet;

use super::{Account, SimulatedCloud, validation};
use crate::cloud::{
    Cloud,
    acl::{Direction, Entry, NetworkAcl, RuleAction},
    call::Call,
    error::{CloudError, Fault},
    id::{AclId, SecurityGroupId, SubnetId, VpcId},
    instance::{Instance, InstanceName},
    place::CloudPlace,
    quota,
    security_group::SecurityGroup,
};

#[async_trait]
impl Cloud for SimulatedCloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        self.call(Call::DescribeInstances, name, |state| {
            let instances = state.account.instances.values();
            let named = instances.filter(|instance| instance.state != "terminated" && name.names(instance));
            Ok(named.cloned().collect())
        })
        .await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        self.call(Call::DescribeNetworkAcls, id, |state| {
            let acl = state.account.acl_mut(id)?.clone();
            Ok(self.told(state, &acl))
        })
        .await
    }

    async fn network_acl_of_subnet(&self, subnet: &SubnetId) -> Result<NetworkAcl, CloudError> {
        self.call(Call::DescribeNetworkAcls, subnet, |state| {
            let acl = state.account.acls.values().find(|acl| acl.subnets.contains(subnet));
            acl.map(|acl| self.told(state, acl))
                .ok_or_else(|| not_found("InvalidSubnetID.NotFound", "subnet ID", subnet))
        })
        .await
    }

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        self.call(Call::DescribeVpcs, vpc, |state| {
            let prefixes = state.account.vpcs.get(vpc).cloned();
            prefixes.ok_or_else(|| not_found("InvalidVpcID.NotFound", "vpc ID", vpc))
        })
        .await
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        self.call(Call::DescribeSecurityGroups, id, |state| {
            let group = state.account.security_groups.get(id).cloned();
            group.ok_or_else(|| not_found("InvalidGroup.NotFound", "security group", id))
        })
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
}

/// What a call that writes an entry is about.
fn about(acl: &AclId, entry: &Entry) -> String {
    let action = match entry.action {
        RuleAction::Allow => "allow",
        RuleAction::Deny => "deny",
    };
    format!("{acl} {} {} {action} {}", entry.direction, entry.number, entry.prefix)
}

impl Account {
    pub(super) fn acl_mut(&mut self, id: &AclId) -> Result<&mut NetworkAcl, Fault> {
        let acl = self.acls.get_mut(id);
        acl.ok_or_else(|| not_found("InvalidNetworkAclID.NotFound", "networkAcl ID", id))
    }
}

fn not_found(code: &str, what: &str, id: impl fmt::Display) -> Fault {
    Fault::NotFound {
        code: code.to_owned(),
        message: format!("The {what} '{id}' does not exist"),
    }
}
