//! A queue, as far as the door uses it.

use std::{error::Error, time::Duration};

use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sqs::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName},
};

use super::{super::DoorError, letter::Letter};
use crate::cloud::aws::fault;

/// How long SQS waits for messages before it answers that there are none: as long as it can.
const LONG_POLL: Duration = Duration::from_secs(20);
/// The most messages that SQS gives at once.
const BATCH: usize = 10;
/// How long a call may take, all its tries together, and how long one try. A long poll may take so much longer.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
/// How often a call is tried, the first time included.
const MAX_ATTEMPTS: u32 = 3;

/// A queue.
#[derive(Debug)]
pub(super) struct Queue {
    url: String,
    /// For calls that answer at once.
    quick: Client,
    /// For the long poll.
    patient: Client,
}

/// What was seen of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// About how many messages wait in it.
    pub(super) waiting: u64,
    /// How often a message may be received before the queue's own redrive policy takes it away. None if there is no such policy.
    pub(super) max_receive_count: Option<u32>,
}

impl Queue {
    pub(super) fn new(config: &SdkConfig, url: &str, region: Option<&str>) -> Self {
        let client = |longer: Duration| {
            let timeouts = TimeoutConfig::builder()
                .operation_timeout(CALL_TIMEOUT + longer)
                .operation_attempt_timeout(TRY_TIMEOUT + longer)
                .read_timeout(TRY_TIMEOUT + longer)
                .build();
            let mut builder = config
                .to_builder()
                .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
                .timeout_config(timeouts);
            if let Some(region) = region {
                builder = builder.region(Region::new(region.to_owned()));
            }
            Client::new(&builder.build())
        };
        Self {
            url: url.to_owned(),
            quick: client(Duration::ZERO),
            patient: client(LONG_POLL),
        }
    }

    /// Waits for messages, and gives at most so many, hidden from others for so long. None may come.
    pub(super) async fn receive(&self, most: usize, hidden: Duration) -> Result<Vec<Letter>, DoorError> {
        let call = self.patient.receive_message().queue_url(&self.url);
        let received = call
            .max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1))
            .wait_time_seconds(seconds(LONG_POLL))
            .visibility_timeout(seconds(hidden))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .send()
            .await
            .map_err(|error| self.failed("receive messages from", &error))?;
        Ok(received
            .messages
            .unwrap_or_default()
            .into_iter()
            .map(Letter::from)
            .collect())
    }

    /// Deletes a message for good.
    pub(super) async fn delete(&self, receipt: &str) -> Result<(), DoorError> {
        let call = self.quick.delete_message().queue_url(&self.url);
        let deleted = call.receipt_handle(receipt).send().await;
        deleted
            .map(drop)
            .map_err(|error| self.failed("delete a message from", &error))
    }

    /// Hides a message for so long from now on; for no time, gives it back.
    pub(super) async fn hide(&self, receipt: &str, so_long: Duration) -> Result<(), DoorError> {
        let call = self.quick.change_message_visibility().queue_url(&self.url);
        let hidden = call
            .receipt_handle(receipt)
            .visibility_timeout(seconds(so_long))
            .send()
            .await;
        hidden
            .map(drop)
            .map_err(|error| self.failed("change a message's visibility in", &error))
    }

    /// Sends a message to the queue of dead letters, with these attributes.
    pub(super) async fn bury(
        &self,
        queue: &str,
        body: &str,
        id: &str,
        attributes: &[(&str, &str)],
    ) -> Result<(), DoorError> {
        let mut call = self.quick.send_message().queue_url(queue).message_body(body);
        for &(name, value) in attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            let value = value.build().map_err(|source| DoorError::Queue {
                doing: "write to",
                queue: queue.to_owned(),
                source: crate::cloud::Fault::Invalid {
                    code: "InvalidRequest".to_owned(),
                    message: source.to_string(),
                },
            })?;
            call = call.message_attributes(name, value);
        }
        if queue.ends_with(".fifo") {
            call = call.message_group_id(id).message_deduplication_id(id);
        }
        let sent = call.send().await;
        sent.map(drop).map_err(|error| DoorError::Queue {
            doing: "send a message to",
            queue: queue.to_owned(),
            source: fault(&error),
        })
    }

    /// Looks at the queue.
    pub(super) async fn look(&self) -> Result<Seen, DoorError> {
        let call = self.quick.get_queue_attributes().queue_url(&self.url);
        let seen = call
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::RedrivePolicy)
            .send()
            .await
            .map_err(|error| self.failed("look at", &error))?;
        let attribute = |name| {
            seen.attributes
                .as_ref()
                .and_then(|all| all.get(&name))
                .map(String::as_str)
        };
        Ok(Seen {
            waiting: attribute(QueueAttributeName::ApproximateNumberOfMessages)
                .and_then(|number| number.parse().ok())
                .unwrap_or_default(),
            max_receive_count: attribute(QueueAttributeName::RedrivePolicy).and_then(max_receive_count),
        })
    }

    fn failed<E>(&self, doing: &'static str, error: &SdkError<E>) -> DoorError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        DoorError::Queue {
            doing,
            queue: self.url.clone(),
            source: fault(error),
        }
    }
}

/// SQS writes the number as a number or as text, as it was given.
fn max_receive_count(policy: &str) -> Option<u32> {
    let policy: serde_json::Value = serde_json::from_str(policy).ok()?;
    let count = policy.get("maxReceiveCount")?;
    let number = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    u32::try_from(number).ok()
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redrive_policy_is_read_in_both_spellings() {
        assert_eq!(
            max_receive_count(r#"{"deadLetterTargetArn":"x","maxReceiveCount":5}"#),
            Some(5)
        );
        assert_eq!(max_receive_count(r#"{"maxReceiveCount":"7"}"#), Some(7));
        assert_eq!(max_receive_count("rubbish"), None);
    }
}
