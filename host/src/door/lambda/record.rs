//! One record of an event.

use serde::Serialize;

use super::super::sns::{SnsRecord, SnsRecordError};
use crate::{
    alert,
    hold::{DeliveryId, DeliveryState},
    text::with_causes,
    way::{Host, Receipt},
};

/// What became of a record.
#[derive(Debug, Serialize)]
pub(super) struct RecordReport {
    /// SNS's id of the message, if it could be read.
    pub(super) message_id: Option<String>,
    /// Whether it is to be delivered again.
    pub(super) failed: bool,
    /// The outcome in one word.
    pub(super) outcome: &'static str,
    /// The outcome in one sentence.
    pub(super) summary: String,
}

/// Takes one record in and works on it at once: a function does not live on to do it later.
pub(super) async fn work_on(host: &Host, record: Result<SnsRecord, SnsRecordError>) -> RecordReport {
    let record = match record {
        Ok(record) => record,
        Err(error) => {
            let summary = with_causes(&error);
            tracing::error!(delivery = error.message_id, outcome = "failed", "{summary}");
            return RecordReport {
                message_id: error.message_id,
                failed: true,
                outcome: "failed",
                summary,
            };
        }
    };
    let (failed, outcome, summary) = receive_and_work(host, &record).await;
    RecordReport {
        message_id: Some(record.message_id),
        failed,
        outcome,
        summary,
    }
}

async fn receive_and_work(host: &Host, record: &SnsRecord) -> (bool, &'static str, String) {
    let id = DeliveryId::given("sns", &record.message_id);
    // Stealthwatch Cloud publishes its alerts to SNS as they are, and an EventBridge rule puts GuardDuty's into a topic, which may be the same.
    let detector = alert::recognise(&record.message);
    match host
        .receive("lambda", detector, id.clone(), record.message.as_bytes())
        .await
    {
        Ok(Receipt::SeenBefore(DeliveryState::Done)) => {
            let summary = format!("delivery {id} was seen before and is done");
            tracing::info!(delivery = %id, outcome = "seen-before", "{summary}");
            return (false, "seen-before", summary);
        }
        // An earlier try failed for a passing reason: Lambda repeats the event, and this is the next try.
        Ok(Receipt::Admitted(_) | Receipt::SeenBefore(_)) => {}
        Err(error) => {
            let summary = with_causes(&error);
            tracing::error!(delivery = %id, outcome = "failed", "{summary}");
            return (true, "failed", summary);
        }
    }
    let worked = match host.journal().delivery(&id).await {
        Ok(Some(delivery)) => host.work(&delivery).await,
        Ok(None) => return (true, "failed", format!("delivery {id} is not in the journal any more")),
        Err(error) => Err(error),
    };
    match worked {
        Ok(worked) => {
            let failed = worked.state != DeliveryState::Done;
            match worked.report {
                Some(report) => (failed, report.outcome.name(), report.summary),
                None => (failed, "failed", format!("delivery {id} was given up")),
            }
        }
        Err(error) => {
            let summary = with_causes(&error);
            tracing::error!(delivery = %id, outcome = "failed", "{summary}");
            (true, "failed", summary)
        }
    }
}
