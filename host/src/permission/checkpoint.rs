//! What checkpoints need: to be put into their bucket, and nothing else there.

use super::{
    door::{grant, partition},
    host::HostGrant,
};
use crate::config::{CheckpointPlace, Checkpoints};

/// What the checkpoints of a configuration lead to.
pub(super) fn grants(checkpoints: &Checkpoints) -> Vec<HostGrant> {
    let CheckpointPlace::Bucket {
        bucket,
        prefix,
        region,
        retain,
    } = &checkpoints.place
    else {
        return Vec::new();
    };
    let partition = partition(region.as_deref().unwrap_or_default());
    let objects = format!("arn:{partition}:s3:::{bucket}/{prefix}*");
    vec![match retain {
        None => grant("PutCheckpoints", ["s3:PutObject"], objects),
        Some(_) => grant("PutCheckpoints", ["s3:PutObject", "s3:PutObjectRetention"], objects),
    }]
}
