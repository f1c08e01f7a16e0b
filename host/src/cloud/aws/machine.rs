//! Instances that are switched on and off, and their snapshots.

use aws_sdk_ec2::{
    Client,
    types::{Filter, InstanceSpecification, InstanceStateChange, ResourceType},
};

use super::{
    convert,
    fault::{cloud_error, unread},
};
use crate::cloud::{
    call::Call,
    error::CloudError,
    id::{InstanceId, SnapshotId},
    machine::{Machine, Transition},
    tag::Tag,
};

/// What bears on stopping an instance.
pub(super) async fn machine(client: &Client, id: &InstanceId) -> Result<Option<Machine>, CloudError> {
    let call = Call::DescribeInstances;
    // By a filter: asked for by its id, one that is gone would be an error.
    let filter = Filter::builder().name("instance-id").values(id.as_str()).build();
    let asked = client.describe_instances().filters(filter).send();
    let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
    let mut listed = answer
        .reservations()
        .iter()
        .flat_map(|reservation| reservation.instances());
    let found = listed.find(|instance| instance.instance_id() == Some(id.as_str()));
    found.map(convert::machine).transpose().map_err(unread(call))
}

/// Stops an instance or hibernates it.
pub(super) async fn stop(client: &Client, id: &InstanceId, hibernate: bool) -> Result<Transition, CloudError> {
    let call = Call::StopInstances;
    let answer = client
        .stop_instances()
        .instance_ids(id.as_str())
        .set_hibernate(hibernate.then_some(true))
        .send()
        .await
        .map_err(|error| cloud_error(call, &error))?;
    change_of(call, id, answer.stopping_instances())
}

/// Starts an instance.
pub(super) async fn start(client: &Client, id: &InstanceId) -> Result<Transition, CloudError> {
    let call = Call::StartInstances;
    let asked = client.start_instances().instance_ids(id.as_str()).send();
    let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
    change_of(call, id, answer.starting_instances())
}

fn change_of(call: Call, id: &InstanceId, changes: &[InstanceStateChange]) -> Result<Transition, CloudError> {
    let mut changes = changes.iter();
    let change = changes.find(|change| change.instance_id() == Some(id.as_str()));
    convert::required(change, "the change of this instance")
        .and_then(convert::transition)
        .map_err(unread(call))
}

/// Restarts an instance.
pub(super) async fn reboot(client: &Client, id: &InstanceId) -> Result<(), CloudError> {
    let asked = client.reboot_instances().instance_ids(id.as_str()).send();
    asked
        .await
        .map_err(|error| cloud_error(Call::RebootInstances, &error))?;
    Ok(())
}

/// Begins snapshots of all volumes of an instance.
pub(super) async fn create_snapshots(
    client: &Client,
    id: &InstanceId,
    description: &str,
    tags: &[Tag],
) -> Result<Vec<SnapshotId>, CloudError> {
    let call = Call::CreateSnapshots;
    let answer = client
        .create_snapshots()
        .instance_specification(InstanceSpecification::builder().instance_id(id.as_str()).build())
        .description(description)
        .set_tag_specifications(convert::written_tags(ResourceType::Snapshot, tags))
        .send()
        .await
        .map_err(|error| cloud_error(call, &error))?;
    let snapshots = answer.snapshots().iter();
    snapshots
        .map(|snapshot| convert::parsed(snapshot.snapshot_id(), "snapshotId"))
        .collect::<Result<_, _>>()
        .map_err(unread(call))
}
