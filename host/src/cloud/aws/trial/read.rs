//! Reads as small as they can be.

use aws_sdk_ec2::{
    Client,
    types::{Filter, SecurityGroup},
};

use super::super::{
    convert,
    fault::{cloud_error, unread},
    interface::interfaces_of,
};
use crate::cloud::{
    acl::NetworkAcl,
    call::Call,
    error::CloudError,
    id::{InstanceId, InterfaceId, SecurityGroupId},
};

/// The shortest page that all of EC2's listings give.
pub(super) const PAGE: i32 = 5;
/// How many things are listed at most where several are looked at.
const SOME: i32 = 100;

/// An instance that is there.
pub(super) async fn instance(client: &Client) -> Result<Option<InstanceId>, CloudError> {
    let call = Call::DescribeInstances;
    // Terminated ones are told for a while, and nothing can be done to them, not even for show.
    let there = Filter::builder()
        .name("instance-state-name")
        .values("running")
        .values("stopped")
        .build();
    let asked = client.describe_instances().filters(there).max_results(PAGE).send();
    let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
    let mut listed = answer.reservations().iter().flat_map(|some| some.instances());
    let first = listed.next();
    first
        .map(|instance| convert::parsed(instance.instance_id(), "instanceId").map_err(unread(call)))
        .transpose()
}

/// Some of the network ACLs.
pub(super) async fn acls(client: &Client) -> Result<Vec<NetworkAcl>, CloudError> {
    let call = Call::DescribeNetworkAcls;
    let answer = client.describe_network_acls().max_results(SOME).send().await;
    let answer = answer.map_err(|error| cloud_error(call, &error))?;
    let acls = answer.network_acls().iter().map(convert::network_acl);
    acls.collect::<Result<_, _>>().map_err(unread(call))
}

/// A security group, of those that the filter passes.
pub(super) async fn group(client: &Client, filter: Option<Filter>) -> Result<Option<SecurityGroupId>, CloudError> {
    let call = Call::DescribeSecurityGroups;
    let asked = client
        .describe_security_groups()
        .set_filters(filter.map(|filter| vec![filter]));
    let answer = asked.max_results(PAGE).send().await;
    let answer = answer.map_err(|error| cloud_error(call, &error))?;
    let first = answer.security_groups().first().map(SecurityGroup::group_id);
    first
        .map(|id| convert::parsed(id, "groupId").map_err(unread(call)))
        .transpose()
}

/// An interface of this instance: others may be a service's, and nobody else may change them.
pub(super) async fn interface(
    client: &Client,
    instance: Option<&InstanceId>,
) -> Result<Option<(InterfaceId, Vec<SecurityGroupId>)>, CloudError> {
    let call = Call::DescribeNetworkInterfaces;
    let Some(instance) = instance else {
        let asked = client.describe_network_interfaces().max_results(PAGE).send();
        return asked.await.map(|_| None).map_err(|error| cloud_error(call, &error));
    };
    let first = interfaces_of(client, instance).await?.into_iter().next();
    Ok(first.map(|interface| (interface.id, interface.security_groups)))
}
