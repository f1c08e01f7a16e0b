//! Queues of SQS, at moto, and a hand on them that is not Quell's.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use aws_sdk_sqs::{
    Client,
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};

use crate::moto::Moto;

/// How long something may take that takes a second on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    /// Its URL.
    pub url: String,
}

impl Queue {
    /// Makes a queue that nobody else has.
    pub async fn new(moto: &Moto) -> anyhow::Result<Self> {
        Self::with(moto, None).await
    }

    /// Makes a queue whose messages go to this one of dead letters when they were received so often.
    pub async fn with_dead_letters(moto: &Moto, dead: &Self, after: u32) -> anyhow::Result<Self> {
        let arn = dead.arn().await?;
        let policy = serde_json::json!({ "deadLetterTargetArn": arn, "maxReceiveCount": after });
        Self::with(moto, Some(policy.to_string())).await
    }

    async fn with(moto: &Moto, redrive: Option<String>) -> anyhow::Result<Self> {
        static QUEUES: AtomicU32 = AtomicU32::new(0);
        let number = QUEUES.fetch_add(1, Ordering::Relaxed);
        let client = Client::new(&moto.sdk_config());
        let mut call = client
            .create_queue()
            .queue_name(format!("quell-{}-{number}", std::process::id()));
        if let Some(policy) = redrive {
            call = call.attributes(QueueAttributeName::RedrivePolicy, policy);
        }
        let made = call.send().await?;
        let url = made.queue_url.context("a queue has a URL")?;
        Ok(Self { client, url })
    }

    /// Its ARN.
    pub async fn arn(&self) -> anyhow::Result<String> {
        let call = self.client.get_queue_attributes().queue_url(&self.url);
        let seen = call.attribute_names(QueueAttributeName::QueueArn).send().await?;
        let mut attributes = seen.attributes.context("a queue has attributes")?;
        attributes
            .remove(&QueueAttributeName::QueueArn)
            .context("a queue has an ARN")
    }

    /// Sends a message, and gives SQS's id of it.
    pub async fn send(&self, body: &str) -> anyhow::Result<String> {
        let sent = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send();
        sent.await?.message_id.context("a message has an id")
    }

    /// How many messages there are, those that are hidden included.
    pub async fn count(&self) -> anyhow::Result<usize> {
        use QueueAttributeName::{ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible};
        self.sum(&[ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible])
            .await
    }

    /// How many messages are hidden, because somebody has received them and not deleted them yet.
    pub async fn hidden(&self) -> anyhow::Result<usize> {
        self.sum(&[QueueAttributeName::ApproximateNumberOfMessagesNotVisible])
            .await
    }

    /// How many messages are kept back, because their delay is not over.
    pub async fn delayed(&self) -> anyhow::Result<usize> {
        self.sum(&[QueueAttributeName::ApproximateNumberOfMessagesDelayed])
            .await
    }

    async fn sum(&self, names: &[QueueAttributeName]) -> anyhow::Result<usize> {
        let call = self.client.get_queue_attributes().queue_url(&self.url);
        let seen = call.set_attribute_names(Some(names.to_vec())).send().await?;
        let counts = seen.attributes.context("a queue has attributes")?;
        let counts = names.iter().filter_map(|name| counts.get(name)?.parse::<usize>().ok());
        Ok(counts.sum())
    }

    /// Waits until there are so many messages.
    pub async fn holds(&self, wanted: usize) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let count = self.count().await?;
            if count == wanted {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "{count} messages are in the queue, not {wanted}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The messages that can be received now, which hides them.
    pub async fn receive(&self) -> anyhow::Result<Vec<Message>> {
        let call = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10);
        let received = call
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await?;
        Ok(received.messages.unwrap_or_default())
    }

    /// Deletes a message that was received.
    pub async fn delete(&self, message: &Message) -> anyhow::Result<()> {
        let call = self.client.delete_message().queue_url(&self.url);
        call.set_receipt_handle(message.receipt_handle.clone()).send().await?;
        Ok(())
    }

    /// Lets a message that was received be received again at once.
    pub async fn give_back(&self, message: &Message) -> anyhow::Result<()> {
        let call = self.client.change_message_visibility().queue_url(&self.url);
        let call = call.set_receipt_handle(message.receipt_handle.clone());
        call.visibility_timeout(0).send().await?;
        Ok(())
    }
}
