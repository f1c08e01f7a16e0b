//! VPCs and their prefixes.

use std::collections::BTreeMap;

use aws_sdk_ec2::Client;
use ipnet::IpNet;

use super::{
    MAX_PAGES, convert,
    fault::{cloud_error, not_found, unread},
    too_many_pages,
};
use crate::cloud::{call::Call, error::CloudError, id::VpcId};

/// How many VPCs a page has.
const PAGE: i32 = 1000;

/// The prefixes of one.
pub(super) async fn prefixes(client: &Client, vpc: &VpcId) -> Result<Vec<IpNet>, CloudError> {
    let call = Call::DescribeVpcs;
    let asked = client.describe_vpcs().vpc_ids(vpc.as_str()).send();
    let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
    let found = answer.vpcs().iter().find(|other| other.vpc_id() == Some(vpc.as_str()));
    let found = found.ok_or_else(|| not_found(call, "InvalidVpcID.NotFound", vpc))?;
    convert::prefixes(found).map_err(unread(call))
}

/// The prefixes of each that there is.
pub(super) async fn all(client: &Client) -> Result<BTreeMap<VpcId, Vec<IpNet>>, CloudError> {
    let call = Call::DescribeVpcs;
    let mut pages = client.describe_vpcs().into_paginator().page_size(PAGE).send();
    let mut all = BTreeMap::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            return Ok(all);
        };
        for vpc in page.map_err(|error| cloud_error(call, &error))?.vpcs() {
            let id = convert::parsed(vpc.vpc_id(), "vpcId").map_err(unread(call))?;
            all.insert(id, convert::prefixes(vpc).map_err(unread(call))?);
        }
    }
    Err(too_many_pages(call))
}
