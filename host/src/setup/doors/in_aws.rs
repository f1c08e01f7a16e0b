//! The doors that lead to AWS: queues of SQS and buckets of S3.

#[cfg(feature = "aws")]
use std::time::Duration;

#[cfg(not(feature = "aws"))]
use super::super::SetupError;
use super::Opened;
use crate::config::door;
#[cfg(feature = "aws")]
use crate::door::{
    Door,
    folder::bucket::{BucketDoor, BucketOptions},
    sqs::{DeadLetters, SqsDoor, SqsOptions},
};

/// How long a message of a queue is hidden from others at a time. Who dies leaves it hidden for so long.
#[cfg(feature = "aws")]
const HIDDEN: Duration = Duration::from_secs(30);

/// The doors that lead to AWS. Nothing is called yet.
#[cfg(feature = "aws")]
pub(super) async fn open(doors: &door::Doors) -> Opened {
    use crate::cloud::aws::environment;

    let mut all: Opened = Vec::new();
    if !are_in_aws(doors) {
        return all;
    }
    let environment = environment().await;
    for sqs in &doors.sqs {
        let door: Box<dyn Door> = Box::new(SqsDoor::open(&environment, sqs_options(sqs)));
        all.push((format!("SQS door {}", sqs.queue.name()), Ok(door)));
    }
    for folder in &doors.folder {
        if let Some(options) = bucket_options(folder) {
            let what = format!("folder door s3://{}/{}", options.bucket, options.prefix);
            let door: Box<dyn Door> = Box::new(BucketDoor::open(&environment, options));
            all.push((what, Ok(door)));
        }
    }
    all
}

#[cfg(not(feature = "aws"))]
pub(super) async fn open(doors: &door::Doors) -> Opened {
    if are_in_aws(doors) {
        return vec![("doors in AWS".to_owned(), Err(SetupError::WithoutAws))];
    }
    Vec::new()
}

fn are_in_aws(doors: &door::Doors) -> bool {
    let is_bucket = |folder: &door::Folder| matches!(folder.source, door::Source::Bucket { .. });
    !doors.sqs.is_empty() || doors.folder.iter().any(is_bucket)
}

#[cfg(feature = "aws")]
fn sqs_options(door: &door::Sqs) -> SqsOptions {
    SqsOptions {
        queue: door.queue.to_string(),
        region: door.region.clone(),
        detector: door.detector,
        at_once: door.at_once,
        hidden: HIDDEN,
        dead_letters: door.dead_letters.as_ref().map(|dead| DeadLetters {
            queue: dead.queue.to_string(),
            after: dead.after,
        }),
    }
}

/// None for a folder on this machine.
#[cfg(feature = "aws")]
fn bucket_options(folder: &door::Folder) -> Option<BucketOptions> {
    match &folder.source {
        door::Source::Directory(_) => None,
        door::Source::Bucket {
            bucket,
            prefix,
            region,
            dated,
            newer_than,
        } => Some(BucketOptions {
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            region: region.clone(),
            dated: dated.clone(),
            newer_than: jiff::SignedDuration::try_from(newer_than.0).unwrap_or(jiff::SignedDuration::MAX),
            detector: folder.detector,
            every: folder.every.0,
            limits: super::limits(folder),
        }),
    }
}
