//! Finding instances by name.

use std::{collections::BTreeMap, net::IpAddr};

use aws_sdk_ec2::{
    Client,
    types::{Filter, InstanceStateName},
};

use super::{MAX_PAGES, convert, fault::cloud_error, too_many_pages};
use crate::cloud::{
    call::Call,
    error::CloudError,
    id::VpcId,
    instance::{Instance, InstanceName},
};

/// How many instances a page has. EC2 gives up to 1000, but one name names few.
const PAGE: i32 = 100;

/// How many instances a page may have at most.
const GREATEST_PAGE: i32 = 1000;

/// The instances that `name` names, by id.
pub(super) async fn instances(client: &Client, name: &InstanceName) -> Result<Vec<Instance>, CloudError> {
    let mut found = BTreeMap::new();
    for filters in filters(name) {
        for filter in *filters {
            let value = name.to_string();
            let asked = Asked {
                filter,
                value,
                page: PAGE,
            };
            // A server that does not know a filter may answer with everything it has.
            for instance in page_through(client, asked, |instance| name.names(instance)).await? {
                found.insert(instance.id.clone(), instance);
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found.into_values().collect())
}

/// The filters to ask with, in steps: the next step is taken only if the one before found nothing. EC2 joins filters of one call by *and*, so that
/// each has a call of its own.
///
/// The filters of the second step for IPv4 know secondary addresses, too. They are not asked at once because nearly every address that a
/// detector names is an instance's primary one.
fn filters(name: &InstanceName) -> &'static [&'static [&'static str]] {
    match name {
        InstanceName::Id(_) => &[&["instance-id"]],
        InstanceName::Address(IpAddr::V4(_)) => &[
            &["private-ip-address", "ip-address"],
            &[
                "network-interface.addresses.private-ip-address",
                "network-interface.addresses.association.public-ip",
            ],
        ],
        InstanceName::Address(IpAddr::V6(_)) => &[&["network-interface.ipv6-addresses.ipv6-address"]],
        InstanceName::HostName(name) if may_be_a_host_name(name) => &[&["private-dns-name", "dns-name"]],
        InstanceName::HostName(_) => &[],
    }
}

/// EC2 takes `*` and `?` in a filter for wildcards: a name that has them would name everything.
fn may_be_a_host_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=253).contains(&name.len()) && name.bytes().all(fits)
}

/// All instances of a VPC, by id.
pub(super) async fn instances_of_vpc(client: &Client, vpc: &VpcId) -> Result<Vec<Instance>, CloudError> {
    let asked = Asked {
        filter: "vpc-id",
        value: vpc.to_string(),
        page: GREATEST_PAGE,
    };
    let mut found = page_through(client, asked, |instance| instance.vpc.as_ref() == Some(vpc)).await?;
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

/// What EC2 is asked for.
struct Asked<'a> {
    filter: &'a str,
    value: String,
    /// How many instances a page has.
    page: i32,
}

async fn page_through(
    client: &Client,
    asked: Asked<'_>,
    are_meant: impl Fn(&Instance) -> bool,
) -> Result<Vec<Instance>, CloudError> {
    let call = Call::DescribeInstances;
    let filter = Filter::builder().name(asked.filter).values(asked.value).build();
    let mut pages = client
        .describe_instances()
        .filters(filter)
        .into_paginator()
        .page_size(asked.page)
        .send();
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            return Ok(found);
        };
        let page = page.map_err(|error| cloud_error(call, &error))?;
        let listed = page
            .reservations()
            .iter()
            .flat_map(|reservation| reservation.instances());
        for instance in listed.filter(|instance| !is_terminated(instance)) {
            let instance = convert::instance(instance).map_err(|fault| CloudError::new(call.name(), fault))?;
            if are_meant(&instance) {
                found.push(instance);
            }
        }
    }
    Err(too_many_pages(call))
}

fn is_terminated(instance: &aws_sdk_ec2::types::Instance) -> bool {
    instance.state().and_then(|state| state.name()) == Some(&InstanceStateName::Terminated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_wildcard_is_never_asked_for() {
        for name in ["*", "ip-10-0-*", "host?", "", "two words"] {
            assert!(filters(&InstanceName::read(name)).is_empty(), "{name}");
        }
        assert_eq!(filters(&InstanceName::read("ip-10-0-1-10.example.internal")).len(), 1);
    }
}
