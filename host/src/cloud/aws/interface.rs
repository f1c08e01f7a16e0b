//! Network interfaces.

use aws_sdk_ec2::{Client, types::Filter};

use super::{
    MAX_PAGES, convert,
    fault::{cloud_error, unread},
    too_many_pages,
};
use crate::cloud::{
    call::Call,
    error::CloudError,
    id::{InstanceId, InterfaceId, SecurityGroupId},
    instance::Interface,
};

/// How many values a filter of EC2 may have.
const MOST_VALUES: usize = 200;

/// The interfaces of an instance, by device index.
pub(super) async fn interfaces_of(client: &Client, instance: &InstanceId) -> Result<Vec<Interface>, CloudError> {
    let filter = Filter::builder()
        .name("attachment.instance-id")
        .values(instance.as_str())
        .build();
    let mut found = page_through(client, filter).await?;
    // A server that does not know the filter may answer with everything it has.
    found.retain(|(attached, _)| attached.instance.as_deref() == Some(instance.as_str()));
    found.sort_by_key(|(attached, _)| attached.index);
    Ok(found.into_iter().map(|(_, interface)| interface).collect())
}

/// These interfaces, by id. Those that are gone are left out.
pub(super) async fn interfaces(client: &Client, ids: &[InterfaceId]) -> Result<Vec<Interface>, CloudError> {
    let mut found = Vec::new();
    for some in ids.chunks(MOST_VALUES) {
        // By a filter: asked for by ids, EC2 fails if one of them is gone.
        let filter = Filter::builder()
            .name("network-interface-id")
            .set_values(Some(some.iter().map(ToString::to_string).collect()))
            .build();
        found.extend(
            page_through(client, filter)
                .await?
                .into_iter()
                .map(|(_, interface)| interface),
        );
    }
    found.retain(|interface| ids.contains(&interface.id));
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found.dedup_by(|one, other| one.id == other.id);
    Ok(found)
}

/// Replaces the groups of an interface.
pub(super) async fn set_groups(
    client: &Client,
    interface: &InterfaceId,
    groups: &[SecurityGroupId],
) -> Result<(), CloudError> {
    client
        .modify_network_interface_attribute()
        .network_interface_id(interface.as_str())
        .set_groups(Some(groups.iter().map(ToString::to_string).collect()))
        .send()
        .await
        .map_err(|error| cloud_error(Call::ModifyNetworkInterfaceAttribute, &error))?;
    Ok(())
}

/// Where an interface is attached.
struct Attached {
    instance: Option<String>,
    index: Option<i32>,
}

async fn page_through(client: &Client, filter: Filter) -> Result<Vec<(Attached, Interface)>, CloudError> {
    let call = Call::DescribeNetworkInterfaces;
    let mut pages = client
        .describe_network_interfaces()
        .filters(filter)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            return Ok(found);
        };
        for interface in page.map_err(|error| cloud_error(call, &error))?.network_interfaces() {
            let attachment = interface.attachment();
            let attached = Attached {
                instance: attachment
                    .and_then(|attachment| attachment.instance_id())
                    .map(str::to_owned),
                index: attachment.and_then(|attachment| attachment.device_index()),
            };
            found.push((attached, convert::interface(interface).map_err(unread(call))?));
        }
    }
    Err(too_many_pages(call))
}
