//! Reading a security group.

use crate::{
    cloud::{Cloud, CloudError, SecurityGroupId},
    converge::LiveGroup,
};

/// Reads a group's rules, both directions.
pub(in crate::converge) async fn read(cloud: &dyn Cloud, id: &SecurityGroupId) -> Result<LiveGroup, CloudError> {
    Ok(LiveGroup {
        group: id.clone(),
        rules: cloud.group_rules(id).await?,
    })
}
