//! The delay queue at Amazon SQS.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sqs::types::QueueAttributeName;
use jiff::Timestamp;

use super::{Ends, EndsError, delay};
use crate::door::message;

/// How long one message may take, all tries together. An alert waits for it no longer than that.
const TIMEOUT: Duration = Duration::from_secs(2);

/// A queue that keeps messages back. It must be a standard queue: a FIFO queue has one delay for all.
pub struct DelayQueue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl DelayQueue {
    /// The queue at this URL. Nothing is called yet.
    pub fn new(config: &SdkConfig, url: &str, region: Option<&str>) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(TIMEOUT)
            .operation_attempt_timeout(TIMEOUT / 2);
        let mut builder = aws_sdk_sqs::config::Builder::from(config)
            .timeout_config(timeouts.build())
            .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(100)));
        if let Some(region) = region {
            builder = builder.region(Region::new(region.to_owned()));
        }
        Self {
            client: aws_sdk_sqs::Client::from_conf(builder.build()),
            url: url.to_owned(),
        }
    }
}

#[async_trait]
impl Ends for DelayQueue {
    async fn send(&self, end: Timestamp, now: Timestamp) -> Result<(), EndsError> {
        let sent = self
            .client
            .send_message()
            .queue_url(&self.url)
            .delay_seconds(delay(end, now));
        let sent = sent.message_body(message::end(end)).send().await;
        sent.map(drop).map_err(|error| EndsError::Send {
            queue: self.url.clone(),
            source: error.into(),
        })
    }

    async fn examine(&self) -> Result<(), EndsError> {
        let name = QueueAttributeName::QueueArn;
        let asked = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(name);
        asked.send().await.map(drop).map_err(|error| EndsError::Examine {
            queue: self.url.clone(),
            source: error.into(),
        })
    }
}
