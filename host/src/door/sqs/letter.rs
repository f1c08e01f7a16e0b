//! One message of a queue, from its receipt to its end.

use std::{convert::Infallible, sync::Arc, time::Duration};

use aws_sdk_sqs::types::{Message as SqsMessage, MessageSystemAttributeName};
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        DoorError,
        admit::{Admitted, Incoming, admit},
        message::{self, Message},
    },
    DeadLetters, KIND, SqsDoor,
};
use crate::{
    alert::printable::printable,
    cloud::Fault,
    hold::DeliveryId,
    text::with_causes,
    way::{Host, ReceiveError},
};

/// How long a message that can't be read is left alone after its first receive. Then three times as long each time, up to the longest.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(15 * 60);
/// The most characters of a reason in the attribute of a dead letter, and how many there are where these are too many.
const MOST_OF_A_REASON: usize = 1000;
const LESS_OF_A_REASON: usize = 100;

/// One message that was received.
#[derive(Debug)]
pub(super) struct Letter {
    id: String,
    receipt: String,
    body: String,
    receives: u32,
}

impl From<SqsMessage> for Letter {
    fn from(message: SqsMessage) -> Self {
        let receives = message
            .attributes
            .as_ref()
            .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount))
            .and_then(|count| count.parse().ok());
        Self {
            id: message.message_id.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
            receives: receives.unwrap_or(1),
        }
    }
}

impl Letter {
    /// Takes it in, and hides it from others as long as that takes.
    pub(super) async fn take_in(self, door: Arc<SqsDoor>, host: Arc<Host>, stop: CancellationToken) {
        tokio::select! {
            () = self.deliver(&door, &host, &stop) => {}
            never = self.stay_hidden(&door) => match never {},
        }
    }

    async fn deliver(&self, door: &SqsDoor, host: &Host, stop: &CancellationToken) {
        let carried = match message::open(&self.body, DeliveryId::given(KIND, &self.id)) {
            Message::Alert(carried) => carried,
            Message::End(_) => {
                match host.tend().await {
                    Ok(_) => self.delete(door).await,
                    Err(error) => tracing::error!("holds could not be looked after: {}", with_causes(&error)),
                }
                return;
            }
        };
        let incoming = Incoming {
            detector: door.options.detector,
            id: &carried.id,
            body: carried.body.as_bytes(),
        };
        match admit(host, KIND, incoming, stop).await {
            Admitted::Taken => self.delete(door).await,
            Admitted::Unreadable(error) => self.put_aside(door, &error).await,
            Admitted::NotYet => self.hide(door, Duration::ZERO).await,
        }
    }

    /// A message that stays in the queue though the journal has it does no harm: it is known when it comes again.
    async fn delete(&self, door: &SqsDoor) {
        if let Err(error) = door.queue.delete(&self.receipt).await {
            tracing::warn!(message = self.id, "{}; it comes again", with_causes(&error));
        }
    }

    async fn hide(&self, door: &SqsDoor, so_long: Duration) {
        if let Err(error) = door.queue.hide(&self.receipt, so_long).await {
            tracing::warn!(
                message = self.id,
                "{}; it comes again when it likes",
                with_causes(&error)
            );
        }
    }

    async fn stay_hidden(&self, door: &SqsDoor) -> Infallible {
        loop {
            tokio::time::sleep(door.options.hidden / 3).await;
            self.hide(door, door.options.hidden).await;
        }
    }

    /// The journal has it as failed, or can't keep it. It goes to the dead letters if it came often enough, or comes again later, perhaps to a Quell that can read it.
    async fn put_aside(&self, door: &SqsDoor, error: &ReceiveError) {
        if let Some(dead) = &door.options.dead_letters
            && self.receives >= dead.after
        {
            match self.bury(door, dead, error).await {
                Ok(()) => {
                    tracing::error!(
                        message = self.id,
                        "it was received {} times and can't be read; it is in {} now",
                        self.receives,
                        dead.queue
                    );
                    return self.delete(door).await;
                }
                Err(error) => tracing::error!(message = self.id, "{}; tried again", with_causes(&error)),
            }
        }
        self.hide(door, rest(self.receives)).await;
    }

    /// Sends it to the dead letters, with the reason. SQS counts that with the body, and a body of the most bytes leaves no room for it; how many these are is each queue's own affair. So what
    /// is refused is sent with less of the reason, and then as it came: the journal has the reason.
    async fn bury(&self, door: &SqsDoor, dead: &DeadLetters, error: &ReceiveError) -> Result<(), DoorError> {
        let why = printable(&with_causes(error));
        for most in [MOST_OF_A_REASON, LESS_OF_A_REASON] {
            let reason: String = why.chars().take(most).collect();
            let attributes = [
                ("quell-reason", reason.as_str()),
                ("quell-message-id", self.id.as_str()),
            ];
            match door.queue.bury(&dead.queue, &self.body, &self.id, &attributes).await {
                Err(DoorError::Queue {
                    source: Fault::Invalid { .. },
                    ..
                }) => {}
                buried => return buried,
            }
        }
        door.queue.bury(&dead.queue, &self.body, &self.id, &[]).await
    }
}

/// How long a message that can't be read is left alone.
fn rest(receives: u32) -> Duration {
    let times = 3_u32.saturating_pow(receives.saturating_sub(1));
    FIRST_REST.saturating_mul(times).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_read_comes_again_more_and_more_seldom() {
        let rests: Vec<_> = [0, 1, 2, 3, 6, u32::MAX]
            .map(|receives| rest(receives).as_secs())
            .into();
        assert_eq!(rests, [5, 5, 15, 45, 900, 900]);
    }
}
