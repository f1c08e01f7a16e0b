//! Amazon EC2 behind the cloud trait.

mod convert;
mod fault;
mod find;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_ec2::{Client, types::Filter};
use ipnet::IpNet;

use self::fault::cloud_error;
use super::{
    Cloud,
    acl::{Direction, Entry, NetworkAcl},
    call::Call,
    error::{CloudError, Fault},
    id::{AclId, SecurityGroupId, SubnetId, VpcId},
    instance::{Instance, InstanceName},
    place::CloudPlace,
    security_group::SecurityGroup,
};

/// How often a call is tried, the first time included. The SDK waits between tries, longer each time, at random.
const MAX_ATTEMPTS: u32 = 4;

/// How many pages of one listing are read. What Quell asks for fits into one; more is a server that never ends.
const MAX_PAGES: usize = 20;

/// How to reach EC2.
#[derive(Debug, Clone)]
pub struct Ec2Options {
    /// Which account and region. The account is believed, not asked for: an alert for another is refused before anything is called.
    pub place: CloudPlace,
    /// The longest that one call may take, all its tries together. One try may take a third of it.
    pub call_timeout: Duration,
}

/// One account in one region of Amazon EC2.
///
/// A write whose answer was lost is tried again, so that [`Fault::EntryExists`] and [`Fault::NotFound`] may be the echo of our own write.
pub struct Ec2Cloud {
    client: Client,
    place: CloudPlace,
}

impl Ec2Cloud {
    /// Reaches EC2 with the credentials and the end point that AWS's usual chain finds: the environment, the profile, the container or the instance.
    /// `AWS_ENDPOINT_URL` works. Nothing is called yet: missing credentials show with the first call.
    pub async fn connect(options: &Ec2Options) -> Self {
        let region = Region::new(options.place.region.clone());
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(region)
            .load()
            .await;
        Self::with(&config, options)
    }

    /// Reaches EC2 with credentials, a region and an end point that are at hand.
    pub fn with(config: &SdkConfig, options: &Ec2Options) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(options.call_timeout)
            .operation_attempt_timeout(options.call_timeout / 3)
            .build();
        let mut builder = aws_sdk_ec2::config::Builder::from(config)
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts);
        // CloudTrail shows it with each write, so that the owner of an ACL sees who was there.
        builder.set_app_name(AppName::new("quell").ok());
        Self {
            client: Client::from_conf(builder.build()),
            place: options.place.clone(),
        }
    }

    async fn network_acls(&self, filter: Filter) -> Result<Vec<NetworkAcl>, CloudError> {
        let call = Call::DescribeNetworkAcls;
        let mut pages = self
            .client
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

impl fmt::Debug for Ec2Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ec2Cloud").finish_non_exhaustive()
    }
}

#[async_trait]
impl Cloud for Ec2Cloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn instances(&self, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
        find::instances(&self.client, name).await
    }

    async fn network_acl(&self, id: &AclId) -> Result<NetworkAcl, CloudError> {
        let call = Call::DescribeNetworkAcls;
        let asked = self.client.describe_network_acls().network_acl_ids(id.as_str()).send();
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

    async fn vpc_prefixes(&self, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
        let call = Call::DescribeVpcs;
        let asked = self.client.describe_vpcs().vpc_ids(vpc.as_str()).send();
        let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
        let found = answer.vpcs().iter().find(|other| other.vpc_id() == Some(vpc.as_str()));
        let found = found.ok_or_else(|| not_found(call, "InvalidVpcID.NotFound", vpc))?;
        convert::prefixes(found).map_err(|fault| CloudError::new(call.name(), fault))
    }

    async fn security_group(&self, id: &SecurityGroupId) -> Result<SecurityGroup, CloudError> {
        let call = Call::DescribeSecurityGroups;
        let asked = self.client.describe_security_groups().group_ids(id.as_str()).send();
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
        self.client
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
        self.client
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
        self.client
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
        Ok(None)
    }
}

/// What EC2 would say if it were asked for one thing and not for a list.
fn not_found(call: Call, code: &str, id: impl fmt::Display) -> CloudError {
    let fault = Fault::NotFound {
        code: code.to_owned(),
        message: format!("{id} does not exist"),
    };
    CloudError::new(call.name(), fault)
}

fn too_many_pages(call: Call) -> CloudError {
    let fault = Fault::Other {
        code: "unreadable".to_owned(),
        message: format!("the answer has more than {MAX_PAGES} pages"),
    };
    CloudError::new(call.name(), fault)
}

#[cfg(test)]
mod tests;
