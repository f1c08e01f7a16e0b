//! Target groups of load balancers, from Elastic Load Balancing.

use std::net::IpAddr;

use aws_sdk_elasticloadbalancingv2::{
    Client,
    types::{TargetDescription, TargetGroup, TargetHealthDescription, TargetTypeEnum},
};
use futures::future::try_join_all;

use super::{MAX_PAGES, fault::cloud_error, too_many_pages};
use crate::cloud::{
    call::Call,
    error::{CloudError, Fault},
    id::{InstanceId, VpcId},
    target_group::TargetGroupMembership,
};

/// How many target groups a page has: the most that there can be.
const PAGE: i32 = 400;
/// The most target groups of one VPC whose targets are asked for: each is a call.
const MOST: usize = 100;
/// How many of these calls are under way at once.
const AT_ONCE: usize = 5;

/// The target groups of a VPC that an instance is in. No call asks that: the groups are listed, and each is asked for its targets.
pub(super) async fn target_groups(
    client: &Client,
    instance: &InstanceId,
    vpc: &VpcId,
    addresses: &[IpAddr],
) -> Result<Vec<TargetGroupMembership>, CloudError> {
    let names = Names { instance, addresses };
    let groups = groups_of(client, vpc).await?;
    let mut found = Vec::new();
    for some in groups.chunks(AT_ONCE) {
        let asked = some.iter().map(|group| memberships(client, group, names));
        found.extend(try_join_all(asked).await?.concat());
    }
    found.sort();
    Ok(found)
}

/// By what an instance is known to a target group.
#[derive(Clone, Copy)]
struct Names<'a> {
    instance: &'a InstanceId,
    addresses: &'a [IpAddr],
}

impl Names<'_> {
    fn has(&self, target: &TargetDescription) -> bool {
        let is_named = |id: &str| {
            id == self.instance.as_str() || id.parse().is_ok_and(|address| self.addresses.contains(&address))
        };
        target.id().is_some_and(is_named)
    }
}

/// The groups of a VPC whose targets are instances or addresses.
async fn groups_of(client: &Client, vpc: &VpcId) -> Result<Vec<TargetGroup>, CloudError> {
    let call = Call::DescribeTargetGroups;
    let mut pages = client.describe_target_groups().page_size(PAGE).into_paginator().send();
    let mut groups = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            return Ok(groups);
        };
        let page = page.map_err(|error| cloud_error(call, &error))?;
        let is_meant = |group: &TargetGroup| {
            group.vpc_id() == Some(vpc.as_str())
                && matches!(group.target_type(), Some(TargetTypeEnum::Instance | TargetTypeEnum::Ip))
        };
        groups.extend(page.target_groups.unwrap_or_default().into_iter().filter(is_meant));
        if groups.len() > MOST {
            let fault = Fault::Other {
                code: "too many".to_owned(),
                message: format!("{vpc} has more than {MOST} target groups, and each would have to be asked"),
            };
            return Err(CloudError::new(call.name(), fault));
        }
    }
    Err(too_many_pages(call))
}

/// The instance's places in one group. A group that was deleted meanwhile has none.
async fn memberships(
    client: &Client,
    group: &TargetGroup,
    names: Names<'_>,
) -> Result<Vec<TargetGroupMembership>, CloudError> {
    // Who names a target in the question must know its port, too; so all are asked for.
    let asked = client
        .describe_target_health()
        .set_target_group_arn(group.target_group_arn.clone());
    let targets = match asked.send().await {
        Ok(answer) => answer.target_health_descriptions.unwrap_or_default(),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|said| said.is_target_group_not_found_exception()) =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(cloud_error(Call::DescribeTargetHealth, &error)),
    };
    let name = group.target_group_name().unwrap_or_default();
    let membership = |health: &TargetHealthDescription| {
        let target = health.target().filter(|target| names.has(target))?;
        let state = health.target_health().and_then(|health| health.state());
        Some(TargetGroupMembership {
            group: name.to_owned(),
            port: target.port().and_then(|port| port.try_into().ok()).unwrap_or_default(),
            health: state.map_or("unknown", |state| state.as_str()).to_owned(),
        })
    };
    Ok(targets.iter().filter_map(membership).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_known_by_its_id_or_by_an_address_and_by_nothing_like_them() {
        let instance = "i-0abc1234def567890".parse().unwrap();
        let addresses = ["10.0.1.10".parse().unwrap(), "2001:db8::10".parse().unwrap()];
        let names = Names {
            instance: &instance,
            addresses: &addresses,
        };
        let has = |id: &str| names.has(&TargetDescription::builder().id(id).port(443).build());
        assert!(has("i-0abc1234def567890") && has("10.0.1.10") && has("2001:db8:0::10"));
        assert!(!has("i-0abc1234def56789") && !has("10.0.1.1"));
    }
}
