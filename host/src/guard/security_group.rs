//! What a security group is must be known before a rule is taken out of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alert::Place,
    cloud::{CloudPlace, VpcId},
    hold::Target,
};

/// What is known of a security group that shall be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSurroundings {
    /// The security group.
    pub target: Target,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// Its tags, by key.
    pub tags: Vec<(String, String)>,
}

pub(super) fn guard<'a>(
    surroundings: Result<&'a GroupSurroundings, &str>,
    alert: &Place,
    home: &CloudPlace,
) -> Result<(&'a GroupSurroundings, String), String> {
    let surroundings = surroundings.map_err(|why| format!("what the security group is can't be found out: {why}"))?;
    let GroupSurroundings { target, vpc, .. } = surroundings;
    if target.place() != *home {
        return Err(format!("{target} is not in {home}, which the alert is for"));
    }
    let Some(vpc) = vpc else {
        return Err(format!("{} is in no VPC", target.resource));
    };
    if let Some(named) = alert.vpc.as_ref().filter(|named| *named != vpc.as_str()) {
        return Err(format!("the alert is for {named}, {} is in {vpc}", target.resource));
    }
    Ok((surroundings, format!("{} is in {vpc}", target.resource)))
}
