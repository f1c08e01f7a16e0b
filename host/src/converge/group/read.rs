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

/// As [`read`], but that a group which is gone is an error: of such a one EC2 tells no rules, as of one that has none.
pub(in crate::converge) async fn read_existing(
    cloud: &dyn Cloud,
    id: &SecurityGroupId,
) -> Result<LiveGroup, CloudError> {
    let read = read(cloud, id).await?;
    if read.rules.is_empty() {
        cloud.security_group(id).await?;
    }
    Ok(read)
}
