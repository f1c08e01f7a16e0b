//! SNS as a Lambda function sees it: an event with one or more records.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::alert::printable::printable;

/// What a record of a Lambda function's event must say of its source.
const EVENT_SOURCE: &str = "aws:sns";

/// One message that SNS delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnsRecord {
    /// SNS's id of the message. A delivery that is repeated keeps it.
    pub message_id: String,
    /// The topic's ARN.
    pub topic_arn: String,
    /// When it was published, as SNS spells it.
    pub timestamp: String,
    /// The subject, if the publisher gave one.
    pub subject: Option<String>,
    /// The message: the alert as the detector sent it.
    pub message: String,
}

/// Why an event holds no records.
#[derive(Debug, thiserror::Error)]
pub enum SnsEventError {
    /// Not JSON, or not an object with a list.
    #[error(
        "the event is not that of an SNS trigger: it must be a JSON object with a list `Records`; subscribe the function to the SNS topic, or look at who invokes it"
    )]
    NotAnEvent(#[source] serde_json::Error),
    /// A list with nothing in it.
    #[error("the event's list `Records` is empty: nothing was delivered; look at who invokes the function")]
    Empty,
}

/// Why one record can't be read. The other records are not affected.
#[derive(Debug, thiserror::Error)]
#[error("record {index} of the event can't be read")]
pub struct SnsRecordError {
    /// Which record, from 0.
    pub index: usize,
    /// SNS's id of the message, if it could be read.
    pub message_id: Option<String>,
    /// What is wrong with it.
    #[source]
    pub fault: SnsRecordFault,
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub enum SnsRecordFault {
    /// From another service.
    #[error("it is from `{found}`, not from `{EVENT_SOURCE}`; connect the function to the SNS topic only")]
    OtherSource {
        /// The record's `EventSource`.
        found: String,
    },
    /// A key is missing or has a strange type.
    #[error(
        "it has not the form of an SNS record: `EventSource`, and `Sns` with texts `MessageId`, `TopicArn`, `Timestamp` and `Message`"
    )]
    Malformed(#[source] serde_json::Error),
}

/// Reads a Lambda function's event: every record on its own, in their order, so that one that is broken does not spoil the others.
///
/// # Errors
///
/// [`SnsEventError`] if there are no records to read.
pub fn read(event: &[u8]) -> Result<Vec<Result<SnsRecord, SnsRecordError>>, SnsEventError> {
    let event: Event<'_> = serde_json::from_slice(event).map_err(SnsEventError::NotAnEvent)?;
    if event.records.is_empty() {
        return Err(SnsEventError::Empty);
    }
    let records = event.records.into_iter().enumerate().map(|(index, raw)| {
        record(raw.get()).map_err(|fault| SnsRecordError {
            index,
            message_id: message_id(raw.get()),
            fault,
        })
    });
    Ok(records.collect())
}

#[derive(Deserialize)]
struct Event<'event> {
    #[serde(borrow, rename = "Records")]
    records: Vec<&'event RawValue>,
}

/// Lambda's own events begin this key with a capital for SNS and with a small letter for all other services.
#[derive(Deserialize)]
struct Origin {
    #[serde(rename = "EventSource", alias = "eventSource")]
    event_source: String,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "Sns")]
    sns: Sns,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sns {
    message_id: String,
    topic_arn: String,
    timestamp: String,
    subject: Option<String>,
    message: String,
}

fn record(raw: &str) -> Result<SnsRecord, SnsRecordFault> {
    let origin: Origin = serde_json::from_str(raw).map_err(SnsRecordFault::Malformed)?;
    if origin.event_source != EVENT_SOURCE {
        let found = printable(&origin.event_source);
        return Err(SnsRecordFault::OtherSource { found });
    }
    let Record { sns } = serde_json::from_str(raw).map_err(SnsRecordFault::Malformed)?;
    Ok(SnsRecord {
        message_id: sns.message_id,
        topic_arn: sns.topic_arn,
        timestamp: sns.timestamp,
        subject: sns.subject,
        message: sns.message,
    })
}

/// The message id of a record that can't be read otherwise: whoever reads of the failure needs it to find the message.
fn message_id(raw: &str) -> Option<String> {
    let record: serde_json::Value = serde_json::from_str(raw).ok()?;
    record.pointer("/Sns/MessageId")?.as_str().map(printable)
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn a_record(message: &str) -> Value {
        json!({
            "EventVersion": "1.0",
            "EventSource": "aws:sns",
            "EventSubscriptionArn": "arn:aws:sns:eu-west-1:111122223333:alerts:0a1b",
            "Sns": {
                "Type": "Notification",
                "MessageId": "0a1b2c3d-0000-1111-2222-333344445555",
                "TopicArn": "arn:aws:sns:eu-west-1:111122223333:alerts",
                "Subject": null,
                "Message": message,
                "Timestamp": "2030-01-05T07:40:00.000Z",
                "MessageAttributes": {}
            }
        })
    }

    fn event(records: Value) -> Vec<u8> {
        json!({ "Records": records }).to_string().into_bytes()
    }

    /// An error with its causes, as an operator reads it.
    fn told(error: &dyn Error) -> String {
        let cause = error
            .source()
            .map(|cause| format!(": {}", told(cause)))
            .unwrap_or_default();
        format!("{error}{cause}")
    }

    #[test]
    fn every_record_is_read() {
        let records = read(&event(json!([a_record("{\"id\": 1}"), a_record("two")]))).unwrap();
        let messages: Vec<_> = records
            .iter()
            .map(|record| record.as_ref().unwrap().message.as_str())
            .collect();
        assert_eq!(messages, ["{\"id\": 1}", "two"]);
        let first = records[0].as_ref().unwrap();
        assert_eq!(first.message_id, "0a1b2c3d-0000-1111-2222-333344445555");
        assert_eq!(first.topic_arn, "arn:aws:sns:eu-west-1:111122223333:alerts");
        assert_eq!(first.subject, None);
    }

    #[test]
    fn a_broken_record_does_not_spoil_the_others() {
        let mut broken = a_record("x");
        broken["Sns"]["Message"] = json!(5);
        let records = read(&event(json!([broken, 7, {}, a_record("good")]))).unwrap();
        assert!(records[..3].iter().all(Result::is_err));
        assert_eq!(records[3].as_ref().unwrap().message, "good");
        let first = records[0].as_ref().unwrap_err();
        assert_eq!(
            first.message_id.as_deref(),
            Some("0a1b2c3d-0000-1111-2222-333344445555")
        );
        insta::assert_snapshot!(told(first), @"record 0 of the event can't be read: it has not the form of an SNS record: `EventSource`, and `Sns` with texts `MessageId`, `TopicArn`, `Timestamp` and `Message`: invalid type: integer `5`, expected a string at line 1 column 136");
        insta::assert_snapshot!(told(records[2].as_ref().unwrap_err()), @"record 2 of the event can't be read: it has not the form of an SNS record: `EventSource`, and `Sns` with texts `MessageId`, `TopicArn`, `Timestamp` and `Message`: missing field `EventSource` at line 1 column 2");
    }

    #[test]
    fn a_record_of_another_service_is_named() {
        let mut queue = a_record("x");
        queue.as_object_mut().unwrap().remove("EventSource");
        queue["eventSource"] = json!("aws:sqs");
        insta::assert_snapshot!(told(read(&event(json!([queue]))).unwrap()[0].as_ref().unwrap_err()), @"record 0 of the event can't be read: it is from `aws:sqs`, not from `aws:sns`; connect the function to the SNS topic only");
    }

    #[test]
    fn an_event_without_records_says_so() {
        insta::assert_snapshot!(told(&read(b"{}").unwrap_err()), @"the event is not that of an SNS trigger: it must be a JSON object with a list `Records`; subscribe the function to the SNS topic, or look at who invokes it: missing field `Records` at line 1 column 2");
        insta::assert_snapshot!(told(&read(b"{\"Records\": []}").unwrap_err()), @"the event's list `Records` is empty: nothing was delivered; look at who invokes the function");
        insta::assert_snapshot!(told(&read(b"{\"Records\": [").unwrap_err()), @"the event is not that of an SNS trigger: it must be a JSON object with a list `Records`; subscribe the function to the SNS topic, or look at who invokes it: EOF while parsing a list at line 1 column 13");
        assert!(matches!(read(b"{\"Records\": {}}"), Err(SnsEventError::NotAnEvent(_))));
        assert!(matches!(read(b""), Err(SnsEventError::NotAnEvent(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = read(&bytes);
        }
    }
}
