//! Records of a queue, as Lambda hands them over, and the answer that says which of them to deliver again.

use serde::{Deserialize, Serialize};

/// One message of a queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsRecord {
    /// SQS's id of the message. A delivery that is repeated keeps it.
    pub message_id: String,
    /// What was sent, in whatever envelope.
    pub body: String,
    /// The queue's ARN, as Lambda says it. None from a test that left it out.
    #[serde(rename = "eventSourceARN")]
    pub queue_arn: Option<String>,
}

/// Reads one record.
pub fn read(record: &str) -> Result<SqsRecord, serde_json::Error> {
    serde_json::from_str(record)
}

/// The answer to a batch: which messages the queue is to deliver again, or to bring to its dead letters. The others are done, and the queue forgets them.
///
/// Only an event source mapping with `ReportBatchItemFailures` reads it; without, all messages of a batch that was answered are forgotten.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    batch_item_failures: Vec<Failed>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    item_identifier: String,
}

impl FromIterator<String> for BatchAnswer {
    fn from_iter<I: IntoIterator<Item = String>>(failed: I) -> Self {
        let failed = failed.into_iter().map(|item_identifier| Failed { item_identifier });
        Self {
            batch_item_failures: failed.collect(),
        }
    }
}
