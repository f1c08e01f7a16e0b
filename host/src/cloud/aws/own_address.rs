//! The account's own public addresses, by four calls.

use std::net::IpAddr;

use aws_sdk_ec2::{Client, types::Filter};
use ipnet::IpNet;

use super::{
    MAX_PAGES,
    convert::parsed,
    fault::{cloud_error, unread},
    too_many_pages, vpc,
};
use crate::cloud::{
    call::Call,
    error::{CloudError, Fault},
    own_address::OwnAddress,
};

/// How many interfaces a page has.
const PAGE: i32 = 1000;

/// Those of interfaces first: they tell most.
pub(super) async fn own_addresses(client: &Client) -> Result<Vec<OwnAddress>, CloudError> {
    let mut own = of_interfaces(client).await?;
    own.extend(elastic(client).await?);
    own.extend(of_customer_gateways(client).await?);
    own.extend(of_vpcs(client).await?);
    Ok(OwnAddress::each_once(own))
}

async fn of_interfaces(client: &Client) -> Result<Vec<OwnAddress>, CloudError> {
    let call = Call::DescribeNetworkInterfaces;
    let mut pages = client
        .describe_network_interfaces()
        .filters(Filter::builder().name("association.public-ip").values("*").build())
        .into_paginator()
        .page_size(PAGE)
        .send();
    let mut own = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            return Ok(own);
        };
        for interface in page.map_err(|error| cloud_error(call, &error))?.network_interfaces() {
            let of = format!(
                "interface {} {}",
                interface.network_interface_id().unwrap_or_default(),
                interface.description().unwrap_or_default()
            );
            let listed = interface.private_ip_addresses().iter();
            let listed = listed.map(|address| address.association());
            let associations = std::iter::once(interface.association()).chain(listed);
            for public in associations.flatten().filter_map(|association| association.public_ip()) {
                own.push(OwnAddress {
                    prefix: alone(public, "association.publicIp").map_err(unread(call))?,
                    of: of.trim_end().to_owned(),
                });
            }
        }
    }
    Err(too_many_pages(call))
}

async fn elastic(client: &Client) -> Result<Vec<OwnAddress>, CloudError> {
    let call = Call::DescribeAddresses;
    let answer = client.describe_addresses().send().await;
    let answer = answer.map_err(|error| cloud_error(call, &error))?;
    let mut own = Vec::new();
    for address in answer.addresses() {
        let Some(public) = address.public_ip() else { continue };
        own.push(OwnAddress {
            prefix: alone(public, "publicIp").map_err(unread(call))?,
            of: format!("elastic address {}", address.allocation_id().unwrap_or_default()),
        });
    }
    Ok(own)
}

/// The far ends of VPN connections, but for those that are deleted. The connections themselves are not asked for: their answer has the keys of the tunnels.
async fn of_customer_gateways(client: &Client) -> Result<Vec<OwnAddress>, CloudError> {
    let call = Call::DescribeCustomerGateways;
    let answer = client.describe_customer_gateways().send().await;
    let answer = answer.map_err(|error| cloud_error(call, &error))?;
    let mut own = Vec::new();
    for gateway in answer.customer_gateways() {
        let is_gone = gateway.state().is_some_and(|state| state.starts_with("delet"));
        let Some(address) = gateway.ip_address().filter(|_| !is_gone) else {
            continue;
        };
        own.push(OwnAddress {
            prefix: alone(address, "ipAddress").map_err(unread(call))?,
            of: format!("customer gateway {}", gateway.customer_gateway_id().unwrap_or_default()),
        });
    }
    Ok(own)
}

/// The IPv6 prefixes of all VPCs. Whatever is in one is the account's own, and reached from outside by the address that it has itself: there is nothing else to look for it by.
async fn of_vpcs(client: &Client) -> Result<Vec<OwnAddress>, CloudError> {
    let vpcs = vpc::all(client).await?.into_iter();
    Ok(vpcs
        .flat_map(|(id, prefixes)| {
            let of = format!("VPC {id}");
            let v6 = prefixes.into_iter().filter(|prefix| matches!(prefix, IpNet::V6(_)));
            v6.map(move |prefix| OwnAddress { prefix, of: of.clone() })
        })
        .collect())
}

fn alone(address: &str, field: &str) -> Result<IpNet, Fault> {
    parsed::<IpAddr>(Some(address), field).map(IpNet::from)
}
