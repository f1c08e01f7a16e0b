//! Auto Scaling groups.

use aws_sdk_autoscaling::Client;

use super::{
    convert,
    fault::{cloud_error, unread},
};
use crate::cloud::{call::Call, error::CloudError, id::InstanceId, machine::ScalingMembership};

/// The group that an instance is in.
pub(super) async fn scaling(client: &Client, id: &InstanceId) -> Result<Option<ScalingMembership>, CloudError> {
    let call = Call::DescribeAutoScalingInstances;
    let asked = client
        .describe_auto_scaling_instances()
        .instance_ids(id.as_str())
        .send();
    let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
    let mut listed = answer.auto_scaling_instances().iter();
    let Some(found) = listed.find(|instance| instance.instance_id() == Some(id.as_str())) else {
        return Ok(None);
    };
    let text = |value: Option<&str>, field| convert::required(value, field).map(str::to_owned).map_err(unread(call));
    Ok(Some(ScalingMembership {
        group: text(found.auto_scaling_group_name(), "AutoScalingGroupName")?,
        lifecycle: text(found.lifecycle_state(), "LifecycleState")?,
    }))
}

/// Puts an instance aside, and asks its group for one less.
pub(super) async fn enter_standby(client: &Client, id: &InstanceId, group: &str) -> Result<(), CloudError> {
    client
        .enter_standby()
        .instance_ids(id.as_str())
        .auto_scaling_group_name(group)
        .should_decrement_desired_capacity(true)
        .send()
        .await
        .map_err(|error| cloud_error(Call::EnterStandby, &error))?;
    Ok(())
}

/// Puts an instance back into service.
pub(super) async fn exit_standby(client: &Client, id: &InstanceId, group: &str) -> Result<(), CloudError> {
    client
        .exit_standby()
        .instance_ids(id.as_str())
        .auto_scaling_group_name(group)
        .send()
        .await
        .map_err(|error| cloud_error(Call::ExitStandby, &error))?;
    Ok(())
}
