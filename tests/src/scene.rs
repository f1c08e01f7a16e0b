//! A scene: a VPC with two subnets, each with a network ACL of its own and an instance.

use std::net::Ipv4Addr;

use anyhow::Context;
use ipnet::IpNet;
use quell::cloud::{AclId, InstanceId, SecurityGroupId, SubnetId, VpcId};
use serde::Deserialize;

use crate::moto::{Moto, REGION};

/// What was built, by its ids.
#[derive(Debug, Clone, Deserialize)]
pub struct Scene {
    /// The VPC.
    pub vpc: VpcId,
    /// The VPC's prefixes, IPv4 and IPv6.
    pub prefixes: Vec<IpNet>,
    /// The VPC's default ACL, which guards neither subnet.
    pub default_acl: AclId,
    /// The web subnet. Its ACL has an entry of its owner: ingress 50, deny TCP port 23 from 192.0.2.0/24.
    pub web: Place,
    /// The database subnet.
    pub database: Place,
}

/// A subnet and what is in it.
#[derive(Debug, Clone, Deserialize)]
pub struct Place {
    /// The subnet.
    pub subnet: SubnetId,
    /// The subnet's own ACL: it allows everything at 100 (IPv4) and 101 (IPv6), both ways.
    pub acl: AclId,
    /// The instance's security group.
    pub security_group: SecurityGroupId,
    /// The instance, tagged `Name` = `web-1` or `database-1`.
    pub instance: InstanceId,
    /// The instance's private address.
    pub private_address: Ipv4Addr,
    /// The instance's public address, if it has one.
    pub public_address: Option<Ipv4Addr>,
    /// The instance's private DNS name.
    pub host_name: String,
}

impl Scene {
    /// Builds a scene with boto3, in 10.0.0.0/16.
    pub fn build(moto: &Moto) -> anyhow::Result<Self> {
        Self::build_many(moto, 1)?.pop().context("look.py built nothing")
    }

    /// Builds a scene with boto3 as [`Self::build`], in the account of a role.
    pub fn build_by_role(moto: &Moto, role: &str) -> anyhow::Result<Self> {
        Self::build_in(moto, REGION, Some(role))
    }

    /// Builds a scene with boto3 as [`Self::build`], in a region, and in the account of a role if there is one.
    pub fn build_in(moto: &Moto, region: &str, role: Option<&str>) -> anyhow::Result<Self> {
        let printed = moto.build_scenes(1, region, role)?;
        read(&printed)?.pop().context("look.py built nothing")
    }

    /// Builds scenes with boto3, in 10.0.0.0/16, 10.1.0.0/16 and so on; at most 256.
    pub fn build_many(moto: &Moto, count: usize) -> anyhow::Result<Vec<Self>> {
        read(&moto.build_scenes(count, REGION, None)?)
    }
}

fn read(printed: &str) -> anyhow::Result<Vec<Scene>> {
    serde_json::from_str(printed).with_context(|| format!("look.py printed what can't be read: {printed}"))
}
