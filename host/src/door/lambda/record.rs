//! One record of an event, or the one alert that an event is.

use std::{error::Error, pin::pin};

use futures::future::{Either, select};
use serde::Serialize;
use tokio::time::Instant;

use super::super::{
    invocation::{sources::Sources, sqs::SqsRecord},
    message::{self, Carried, Message},
    sns::{SnsRecord, SnsRecordError},
};
use crate::{
    alert::{self, Detector},
    clock::Clock,
    cloud::Cause,
    hold::{Delivery, DeliveryId, DeliveryState},
    text::with_causes,
    way::{Host, Receipt, Received},
};

/// What became of a record.
#[derive(Debug, Serialize)]
pub(super) struct RecordReport {
    /// The id of the message at SNS, SQS or EventBridge, if it could be read.
    pub(super) message_id: Option<String>,
    /// Whether it is to be delivered again.
    pub(super) failed: bool,
    /// The outcome in one word.
    pub(super) outcome: &'static str,
    /// The outcome in one sentence.
    pub(super) summary: String,
}

/// The invocation in which records are worked on.
#[derive(Clone, Copy)]
pub(super) struct Invocation<'a> {
    pub(super) host: &'a Host,
    /// Whose alerts come from where.
    pub(super) sources: &'a Sources,
    pub(super) clock: &'a dyn Clock,
    /// When the answer must be given. What is under way then is left to the journal.
    pub(super) answer_by: Instant,
}

impl Invocation<'_> {
    /// Takes a record of SNS in and works on it at once: a function does not live on to do it later.
    pub(super) async fn sns(self, record: Result<SnsRecord, SnsRecordError>) -> RecordReport {
        match record {
            Ok(record) => {
                let id = DeliveryId::given("sns", &record.message_id);
                let said = self.sources.detector(&record.topic_arn);
                let outcome = self.message(message::open(&record.message, id), said).await;
                outcome.of(Some(record.message_id))
            }
            Err(error) => {
                let summary = with_causes(&error);
                tracing::error!(delivery = error.message_id, outcome = "failed", "{summary}");
                Outcome::failed(summary).of(error.message_id)
            }
        }
    }

    /// Takes a record of a queue in and works on it at once.
    pub(super) async fn sqs(self, record: SqsRecord) -> RecordReport {
        let id = DeliveryId::given("sqs", &record.message_id);
        let said = record.queue_arn.as_deref().and_then(|arn| self.sources.detector(arn));
        let outcome = self.message(message::open(&record.body, id), said).await;
        outcome.of(Some(record.message_id))
    }

    /// Takes an alert in that is an event by itself. Nothing but its look says whose it is.
    pub(super) async fn alert(self, carried: Carried<'_>) -> RecordReport {
        let id = carried.id.to_string();
        self.message(Message::Alert(carried), None).await.of(Some(id))
    }

    /// Works on a delivery that a web request brought, which was answered already.
    pub(super) async fn admitted(self, id: &DeliveryId) {
        in_time(self.answer_by, id.as_str(), self.find_and_work(id)).await;
    }

    async fn message(self, message: Message<'_>, said: Option<Detector>) -> Outcome {
        match message {
            Message::Alert(carried) => {
                let id = carried.id.clone();
                in_time(self.answer_by, id.as_str(), self.receive(carried, said)).await
            }
            Message::End(end) => {
                let come = Cause::Timer.scope(self.host.end_has_come(end));
                in_time(self.answer_by, "an end", async {
                    match come.await {
                        Ok(()) => Outcome::done("end", format!("what ends by {end} was looked after")),
                        Err(error) => Outcome::failed(with_causes(&error)),
                    }
                })
                .await
            }
        }
    }

    async fn receive(self, Carried { id, body, .. }: Carried<'_>, said: Option<Detector>) -> Outcome {
        let detector = whose(said, body.as_bytes());
        let ahead = pin!(self.host.ask_ahead(detector, body.as_bytes()));
        let work = pin!(self.take_in(detector, id, body.as_bytes()));
        match select(ahead, work).await {
            Either::Left(((), work)) => work.await,
            Either::Right((outcome, _)) => outcome,
        }
    }

    async fn take_in(self, detector: Detector, id: DeliveryId, body: &[u8]) -> Outcome {
        let received = self.host.receive_all("lambda", detector, id, body).await;
        // Alerts that came together: what the others came to stands when one fails, and a repetition finds them done.
        let mut came_of_it = Vec::new();
        for received in received {
            came_of_it.push(self.received(received).await);
        }
        Outcome::of_all(came_of_it)
    }

    async fn received(self, Received { id, outcome }: Received) -> Outcome {
        match outcome {
            Ok(Receipt::SeenBefore(DeliveryState::Done)) => {
                let summary = format!("delivery {id} was seen before and is done");
                tracing::info!(delivery = %id, outcome = "seen-before", "{summary}");
                Outcome::done("seen-before", summary)
            }
            // An earlier try failed for a passing reason: whoever sent it repeats it, and this is the next try.
            Ok(Receipt::SeenBefore(_)) => self.find_and_work(&id).await,
            Ok(Receipt::Admitted(admitted)) => self.work(&admitted.delivery).await,
            Err(error) => Outcome::of_error(&id, &error),
        }
    }

    async fn find_and_work(self, id: &DeliveryId) -> Outcome {
        match self.host.journal().delivery(id).await {
            Ok(Some(delivery)) => self.work(&delivery).await,
            Ok(None) => Outcome::failed(format!("delivery {id} is not in the journal any more")),
            Err(error) => Outcome::of_error(id, &error),
        }
    }

    async fn work(self, delivery: &Delivery) -> Outcome {
        let id = &delivery.id;
        if self.clock.is_time_up() {
            let summary =
                format!("no time of the invocation is left for delivery {id}; the journal has it, and it goes on");
            tracing::warn!(delivery = %id, outcome = "failed", "{summary}");
            return Outcome::failed(summary);
        }
        match Box::pin(self.host.work(delivery)).await {
            Ok(worked) => match worked.report {
                Some(report) => Outcome {
                    failed: worked.state != DeliveryState::Done,
                    outcome: report.outcome.name(),
                    summary: report.summary,
                },
                None => match worked.state {
                    DeliveryState::Waiting { .. } => {
                        Outcome::failed(format!("another process works on delivery {id}: it goes on there"))
                    }
                    DeliveryState::Done => {
                        Outcome::done("seen-before", format!("delivery {id} was done by another process"))
                    }
                    DeliveryState::Failed => Outcome::failed(format!("delivery {id} was given up")),
                },
            },
            Err(error) => Outcome::of_error(id, &error),
        }
    }
}

/// Whose alert it is: whose the configuration says that all are which come this way, or else by its look. Stealthwatch Cloud publishes its alerts to SNS as they are, and an EventBridge rule
/// puts GuardDuty's into a topic, which may be the same.
fn whose(said: Option<Detector>, body: &[u8]) -> Detector {
    said.unwrap_or_else(|| alert::recognise(body))
}

/// What is not done in time goes on with the next delivery of the same message, or with the next tick if the journal has it. The time is one for all records of an event: one whose turn comes
/// late has less of it.
async fn in_time(answer_by: Instant, what: &str, work: impl Future<Output = Outcome>) -> Outcome {
    let done = tokio::time::timeout_at(answer_by, work).await;
    done.unwrap_or_else(|_| {
        let summary =
            format!("the invocation's time is up while {what} is under way; what the journal has of it goes on");
        tracing::error!(delivery = what, outcome = "failed", "{summary}");
        Outcome::failed(summary)
    })
}

struct Outcome {
    failed: bool,
    outcome: &'static str,
    summary: String,
}

impl Outcome {
    fn done(outcome: &'static str, summary: String) -> Self {
        Self {
            failed: false,
            outcome,
            summary,
        }
    }

    fn failed(summary: String) -> Self {
        Self {
            failed: true,
            outcome: "failed",
            summary,
        }
    }

    /// What kept a delivery from being taken in or worked on.
    fn of_error(id: &DeliveryId, error: &(dyn Error + 'static)) -> Self {
        let summary = with_causes(error);
        tracing::error!(delivery = %id, outcome = "failed", "{summary}");
        Self::failed(summary)
    }

    /// What one record came to that had these alerts in it.
    fn of_all(mut all: Vec<Self>) -> Self {
        if all.len() == 1
            && let Some(only) = all.pop()
        {
            return only;
        }
        let failed = all.iter().any(|outcome| outcome.failed);
        let told: Vec<_> = all.iter().map(|outcome| outcome.summary.as_str()).collect();
        let summary = match told.as_slice() {
            [] => "a list without an alert".to_owned(),
            told => told.join("; "),
        };
        Self {
            failed,
            outcome: if failed { "failed" } else { "several" },
            summary,
        }
    }

    fn of(self, message_id: Option<String>) -> RecordReport {
        RecordReport {
            message_id,
            failed: self.failed,
            outcome: self.outcome,
            summary: self.summary,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use super::*;

    #[test]
    fn what_comes_by_a_way_that_is_one_detectors_own_is_not_guessed_by_its_look() {
        let wazuh = include_bytes!("../../../../examples/alerts/wazuh-ssh-brute-force.json");
        let finding = include_bytes!("../../../../examples/alerts/guardduty-ssh-brute-force.json");
        let own: Detector = "wazuh".parse().unwrap();
        assert_eq!(whose(Some(own), wazuh), own);
        // Also what looks like another's: whoever says that a queue is Wazuh's lets nobody else in by it.
        assert_eq!(whose(Some(own), finding), own);
        assert_eq!(whose(None, finding), Detector::GuardDuty);
        assert_ne!(whose(None, wazuh), own, "nobody knows a mapped detector by its look");
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_whose_turn_comes_late_has_only_what_is_left_of_the_invocation() {
        let answer_by = Instant::now() + Duration::from_secs(8);
        let first = in_time(answer_by, "m-1", async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            Outcome::done("acted", "it is done".to_owned())
        })
        .await;
        let second = in_time(answer_by, "m-11", pending()).await;
        assert_eq!((first.failed, second.failed), (false, true));
        assert!(Instant::now() < answer_by + Duration::from_millis(100));
    }
}
