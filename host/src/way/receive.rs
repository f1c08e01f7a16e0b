//! Receiving: what every door does with the bytes that come through it.

use super::Host;
use crate::{
    alert::{Alert, DecodeError, Detector},
    hold::{Admission, Delivery, DeliveryId, DeliveryState, JournalError},
    metrics::Reception,
    report::Report,
    text::with_causes,
};

/// How a delivery was received.
#[derive(Debug)]
pub enum Receipt {
    /// It is in the journal and will be worked on.
    Admitted(Box<Admitted>),
    /// It was seen before, and this is how it stands. Nothing more will be done.
    SeenBefore(DeliveryState),
}

/// A delivery that waits in the journal, and what it is.
#[derive(Debug)]
pub struct Admitted {
    /// The delivery, as the journal has it.
    pub delivery: Delivery,
    /// The alert that it holds.
    pub alert: Alert,
}

/// What became of one alert of a body.
#[derive(Debug)]
pub struct Received {
    /// Its delivery.
    pub id: DeliveryId,
    /// How it was received.
    pub outcome: Result<Receipt, ReceiveError>,
}

impl Received {
    /// Whether it waits in the journal to be worked on.
    pub fn waits(&self) -> bool {
        matches!(
            self.outcome,
            Ok(Receipt::Admitted(_) | Receipt::SeenBefore(DeliveryState::Waiting { .. }))
        )
    }
}

/// Why a delivery was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// It can't be read. It is kept in the journal all the same, as failed.
    #[error("delivery {id} can't be read as an alert of {detector}; it is kept in the journal as failed")]
    Unreadable {
        /// The delivery.
        id: DeliveryId,
        /// Whose alert it was said to be.
        detector: Detector,
        /// What is wrong with it.
        #[source]
        source: DecodeError,
    },
    /// Too many wait already. It was not kept: the sender has to come again.
    #[error("{waiting} deliveries wait already (work.queue): send delivery {id} again later")]
    Full {
        /// The delivery.
        id: DeliveryId,
        /// How many wait.
        waiting: u32,
    },
    /// It is longer than the journal can keep. It was not kept, and to send it again would not help.
    #[error("delivery {id} was not taken: send less of it, or parts of it as alerts of their own")]
    TooLong {
        /// The delivery.
        id: DeliveryId,
        /// How long it is, and how long it may be.
        #[source]
        source: JournalError,
    },
    /// The journal failed. It was not kept: the sender has to come again.
    #[error("delivery {id} could not be written to the journal: send it again later")]
    Journal {
        /// The delivery.
        id: DeliveryId,
        /// What the journal says.
        #[source]
        source: JournalError,
    },
}

impl ReceiveError {
    /// Whether the journal does not have the delivery, and may take it another time: the sender has to come again.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Journal { .. } => true,
            Self::Unreadable { .. } | Self::TooLong { .. } => false,
        }
    }

    fn of_journal(id: &DeliveryId, source: JournalError) -> Self {
        let id = id.clone();
        match source {
            JournalError::TooLong { .. } => Self::TooLong { id, source },
            source => Self::Journal { id, source },
        }
    }
}

impl Host {
    /// Takes in what came through a door, which may have several alerts: each is a delivery of its own, so that one that can't be read spoils no other.
    /// Answers with one result an alert, in their order; with none if the body is an empty list. The same body with the same `id` gives the same deliveries:
    /// a body with one alert has `id` itself, and the alerts of a body with several have it with their number.
    ///
    /// The door may acknowledge if no result [may pass](ReceiveError::may_pass). Otherwise the body has to come again; what was taken in is then
    /// [`Receipt::SeenBefore`].
    pub async fn receive_all(&self, door: &str, detector: Detector, id: DeliveryId, body: &[u8]) -> Vec<Received> {
        let alerts = match self.parts.decoders.alerts_in(detector, body) {
            Ok(alerts) => alerts,
            Err(error) => {
                let outcome = self.admit(door, detector, id.clone(), body, Err(error)).await;
                return vec![Received { id, outcome }];
            }
        };
        if alerts.is_empty() {
            tracing::info!(delivery = %id, door, detector = detector.name(), "a list without an alert was received");
        }
        let is_one = alerts.len() == 1;
        let mut received = Vec::new();
        for (index, alert) in alerts.iter().enumerate() {
            let id = if is_one { id.clone() } else { id.numbered(index + 1) };
            let outcome = self.receive(door, detector, id.clone(), alert.as_bytes()).await;
            received.push(Received { id, outcome });
        }
        received
    }

    /// Takes in one alert. What this returns `Ok` for is in the journal, so the door may acknowledge it; what can't be read is kept too.
    pub async fn receive(
        &self,
        door: &str,
        detector: Detector,
        id: DeliveryId,
        body: &[u8],
    ) -> Result<Receipt, ReceiveError> {
        let decoded = self.parts.decoders.decode(detector, body);
        self.admit(door, detector, id, body, decoded).await
    }

    /// The one place where alerts are counted that come in.
    async fn admit(
        &self,
        door: &str,
        detector: Detector,
        id: DeliveryId,
        body: &[u8],
        decoded: Result<Alert, DecodeError>,
    ) -> Result<Receipt, ReceiveError> {
        let outcome = self.put_into_journal(door, detector, id, body, decoded).await;
        self.parts.counters.received(detector, reception(&outcome));
        outcome
    }

    async fn put_into_journal(
        &self,
        door: &str,
        detector: Detector,
        id: DeliveryId,
        body: &[u8],
        decoded: Result<Alert, DecodeError>,
    ) -> Result<Receipt, ReceiveError> {
        let now = self.parts.clock.now();
        let (state, report) = match &decoded {
            Ok(_) => (DeliveryState::Waiting { not_before: now }, String::new()),
            Err(error) => (DeliveryState::Failed, unread_report(&with_causes(error))),
        };
        let delivery = Delivery {
            id: id.clone(),
            door: door.to_owned(),
            detector,
            body: String::from_utf8_lossy(body).into_owned(),
            received: now,
            attempts: 0,
            state,
            report,
        };
        let admission = self.parts.journal.admit(&delivery, self.parts.queue).await;
        let admission = admission.map_err(|source| ReceiveError::of_journal(&id, source))?;
        let alert = decoded.map_err(|source| ReceiveError::Unreadable {
            id: id.clone(),
            detector,
            source,
        })?;
        match admission {
            Admission::Admitted { received } => {
                self.admitted.notify_one();
                let delivery = Delivery { received, ..delivery };
                Ok(Receipt::Admitted(Box::new(Admitted { delivery, alert })))
            }
            Admission::SeenBefore(state) => Ok(Receipt::SeenBefore(state)),
            Admission::Full => Err(ReceiveError::Full {
                id,
                waiting: self.parts.queue,
            }),
        }
    }
}

fn reception(outcome: &Result<Receipt, ReceiveError>) -> Reception {
    match outcome {
        Ok(Receipt::Admitted(_)) => Reception::Admitted,
        Ok(Receipt::SeenBefore(_)) => Reception::SeenBefore,
        Err(ReceiveError::Unreadable { .. }) => Reception::Unreadable,
        Err(ReceiveError::Full { .. }) => Reception::QueueFull,
        Err(ReceiveError::TooLong { .. }) => Reception::TooLong,
        Err(ReceiveError::Journal { .. }) => Reception::JournalFailed,
    }
}

/// What the journal keeps of a delivery that can't be read.
pub(super) fn unread_report(why: &str) -> String {
    serde_json::json!({ "outcome": "failed", "summary": why }).to_string()
}

/// What stands in the place of a report that is too long for the journal.
pub(super) fn unkept_report(report: &Report, why: &str) -> String {
    serde_json::json!({ "outcome": report.outcome.name(), "summary": why }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_the_journal_is_not_asked_for_again_and_what_failed_otherwise_is() {
        let id = DeliveryId::of(Detector::GuardDuty, b"noise");
        let too_long = JournalError::TooLong {
            what: format!("body of delivery {id}"),
            bytes: 4_000_000,
            most: 3_850_000,
        };
        let error = ReceiveError::of_journal(&id, too_long);
        assert!(!error.may_pass());
        insta::assert_snapshot!(with_causes(&error), @"delivery body-cab2a0e52de3075059d7bf6fc5fef287 was not taken: send less of it, or parts of it as alerts of their own: the body of delivery body-cab2a0e52de3075059d7bf6fc5fef287 is too long for the journal: 4000000 bytes packed, of which 3850000 fit");
        assert!(ReceiveError::of_journal(&id, JournalError::Gone).may_pass());
    }
}
