//! What doors and never-block lists need: the queues, the topics and the buckets that they lead to.

use super::host::{HostGrant, HostResource};
use crate::config::{Config, door, never_block::ListSource};

/// What the doors of a configuration lead to.
pub(super) fn grants(config: &Config) -> Vec<HostGrant> {
    let queues = config.doors.sqs.iter().flat_map(|door| {
        let region = door.region.as_deref();
        let receive = grant("ReceiveFromQueues", RECEIVE, queue(&door.queue, region));
        let dead = door.dead_letters.as_ref();
        let bury = dead.map(|dead| grant("SendDeadLetters", ["sqs:SendMessage"], queue(&dead.queue, region)));
        std::iter::once(receive).chain(bury)
    });
    let topics = config.doors.sns.iter().flat_map(|door| &door.topics);
    queues
        .chain(topics.map(|topic| grant("LookAtSubscriptions", LOOK, topic.to_string())))
        .chain(config.doors.folder.iter().flat_map(bucket).flatten())
        .collect()
}

/// The last is what the doctor asks for, and the door when it opens.
const RECEIVE: [&str; 4] = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
];

/// What tells whether a topic sends to Quell: only the doctor asks.
const LOOK: [&str; 2] = ["sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"];

pub(super) fn grant<const N: usize>(sid: &'static str, actions: [&'static str; N], arn: String) -> HostGrant {
    HostGrant {
        sid,
        actions: actions.into(),
        resource: HostResource::Arn(arn),
        conditions: Vec::new(),
    }
}

fn queue(queue: &door::QueueUrl, region: Option<&str>) -> String {
    let region = queue.region().or(region).unwrap_or("*");
    format!(
        "arn:{}:sqs:{region}:{}:{}",
        partition(region),
        queue.account(),
        queue.name()
    )
}

/// Of a bucket all keys may be listed, and only the objects under the prefix read.
fn bucket(folder: &door::Folder) -> Option<[HostGrant; 2]> {
    let door::Source::Bucket {
        bucket, prefix, region, ..
    } = &folder.source
    else {
        return None;
    };
    let bucket = format!("arn:{}:s3:::{bucket}", partition(region.as_deref().unwrap_or_default()));
    let objects = format!("{bucket}/{prefix}*");
    Some([
        grant("ListBuckets", ["s3:ListBucket"], bucket),
        grant("ReadObjects", ["s3:GetObject"], objects),
    ])
}

/// The objects that are never-block lists.
pub(super) fn lists(config: &Config) -> impl Iterator<Item = HostGrant> {
    config.never_block_lists.iter().filter_map(|list| match &list.source {
        ListSource::File(_) => None,
        ListSource::Object { bucket, key, region } => {
            let partition = partition(region.as_deref().unwrap_or_default());
            let arn = format!("arn:{partition}:s3:::{bucket}/{key}");
            Some(grant("ReadNeverBlockLists", ["s3:GetObject"], arn))
        }
    })
}

/// The partition of a region: `aws`, but in China and in the regions for governments.
pub(super) fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
