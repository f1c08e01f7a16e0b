//! The way from a topic to the function: what SNS, SQS and Lambda's event source mapping do.

use anyhow::Context;
use quell_tests::{
    moto::{ACCOUNT, REGION},
    python,
    queue::Queue,
};

use crate::{event::of_queue_at, function::Function};

/// Publishes messages to a topic that writes to the queue.
pub(crate) async fn publish(function: &Function, queue: &Queue, messages: &[String]) -> anyhow::Result<()> {
    let topic = format!(
        "arn:aws:sns:{REGION}:{ACCOUNT}:{}",
        queue.url.rsplit('/').next().unwrap_or_default()
    );
    let arn = queue.arn().await?;
    let messages = messages.iter().map(String::as_str);
    let arguments: Vec<_> = [topic.as_str(), &arn].into_iter().chain(messages).collect();
    python::run("publish.py", &arguments, &function.world.moto.environment())?;
    Ok(())
}

/// Does once what an event source mapping does all the time, and gives the size of the batch.
pub(crate) async fn relay(function: &Function, queue: &Queue) -> anyhow::Result<usize> {
    let messages = queue.receive().await?;
    if messages.is_empty() {
        return Ok(0);
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let bodies: Vec<_> = messages
        .iter()
        .map(|message| (text(&message.message_id), text(&message.body)))
        .collect();
    let answer = function
        .invoke(&of_queue_at(&queue.arn().await?, &bodies))
        .await
        .with_context(|| function.log())?;
    let failed = answer["batchItemFailures"].as_array();
    let failed = failed.with_context(|| format!("{answer}\n{}", function.log()))?;
    for (message, (id, _)) in messages.iter().zip(&bodies) {
        if failed.iter().any(|failure| failure["itemIdentifier"] == id.as_str()) {
            queue.give_back(message).await?;
        } else {
            queue.delete(message).await?;
        }
    }
    Ok(messages.len())
}
