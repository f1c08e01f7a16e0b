//! What is around the subject of a remediation must be known.

use std::net::IpAddr;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GroupSurroundings, InstanceSurroundings};
use crate::{
    alert::Place,
    cloud::{CloudPlace, VpcId},
    hold::Target,
};

/// What is around the subject of a remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Surroundings {
    /// Around the place of a block.
    Place(PlaceSurroundings),
    /// Around an instance that is changed itself.
    Instance(InstanceSurroundings),
    /// Around a security group that is changed itself.
    Group(GroupSurroundings),
}

/// What is around the place of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceSurroundings {
    /// The network ACLs that guard the place. At least one.
    pub targets: Vec<Target>,
    /// The VPCs that they are in. At least one.
    pub vpcs: Vec<VpcId>,
    /// The prefixes of these VPCs, all of them.
    #[schemars(with = "Vec<String>")]
    pub vpc_prefixes: Vec<IpNet>,
    /// The addresses of the instance, if the place is one: its public address lies in no prefix of the VPC.
    pub own_addresses: Vec<IpAddr>,
}

/// Without the ACL there is nothing to write to, and without the VPC's prefixes the next guard could not tell friend from foe.
pub(super) fn guard<'a>(
    surroundings: Result<&'a PlaceSurroundings, &str>,
    alert: &Place,
    home: &CloudPlace,
) -> Result<(&'a PlaceSurroundings, String), String> {
    let surroundings = surroundings.map_err(|why| format!("the place of the block can't be found: {why}"))?;
    if surroundings.targets.is_empty() {
        return Err("no network ACL guards the place of the block".to_owned());
    }
    if let Some(abroad) = surroundings.targets.iter().find(|target| target.place() != *home) {
        return Err(format!("{abroad} is not in {home}, which the alert is for"));
    }
    if surroundings.vpc_prefixes.is_empty() {
        return Err("the prefixes of the VPC are not known".to_owned());
    }
    let elsewhere = |named: &&String| !surroundings.vpcs.iter().any(|vpc| vpc.as_str() == named.as_str());
    if let Some(named) = alert.vpc.as_ref().filter(elsewhere) {
        return Err(format!(
            "the alert is for {named}, the place of the block is in another VPC"
        ));
    }
    let acls: Vec<_> = surroundings
        .targets
        .iter()
        .map(|target| target.resource.as_str())
        .collect();
    Ok((surroundings, format!("guarded by {}", acls.join(", "))))
}
