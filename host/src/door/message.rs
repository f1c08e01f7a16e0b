//! Messages of queues and topics: what one carries, out of its envelope. Pure.
//!
//! The same alert may come in three ways: as SNS wraps it for a queue, as SNS leaves it (raw delivery) or somebody sent it, and as an event of EventBridge, which may lie in
//! an envelope of SNS again. Whoever made the envelope gave it an id, which a delivery that is repeated keeps.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hold::DeliveryId;

/// The most characters that an id in an envelope may have. AWS's are UUIDs.
const MAX_ID: usize = 128;

/// What a message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'text> {
    /// An alert.
    Alert(Carried<'text>),
    /// Word of a hold that ends at this time, which Quell sent itself (`ends.queue`). It asks for nothing but a look at what is due, so it does no harm whoever sent it.
    End(Timestamp),
}

/// An alert and the envelope that it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried<'text> {
    /// Tells this delivery from others. It is the same by whichever way the same thing comes.
    pub id: DeliveryId,
    /// The alert as the detector sent it. An event of EventBridge is kept whole, because its decoder reads what is around the finding.
    pub body: Cow<'text, str>,
    /// What it came in.
    pub envelope: Envelope,
}

/// What an alert came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// A notification of SNS.
    Sns,
    /// An event of EventBridge.
    EventBridge,
    /// None: raw delivery of SNS, or somebody's own sender.
    None,
}

/// Takes a message out of its envelope. `id` is what the queue or topic calls it, for a message that has no envelope with a better one.
pub fn open(text: &str, id: DeliveryId) -> Message<'_> {
    if let Ok(Ours { quell: Word::End(at) }) = serde_json::from_str(text) {
        return Message::End(at);
    }
    match serde_json::from_str(text) {
        Ok(SnsEnvelope::Notification { message_id, message }) => {
            let id = given("sns", &message_id).unwrap_or(id);
            match event_id(&message) {
                Some(event) => carried(event, message, Envelope::EventBridge),
                None => carried(id, message, Envelope::Sns),
            }
        }
        Err(_) => match event_id(text) {
            Some(event) => carried(event, text.into(), Envelope::EventBridge),
            None => carried(id, text.into(), Envelope::None),
        },
    }
}

/// The text of the message that says when a hold ends.
pub fn end(at: Timestamp) -> String {
    format!(r#"{{"quell":{{"end":"{at}"}}}}"#)
}

fn carried(id: DeliveryId, body: Cow<'_, str>, envelope: Envelope) -> Message<'_> {
    Message::Alert(Carried { id, body, envelope })
}

/// The delivery that an event of EventBridge is, if the text is one. EventBridge may deliver an event twice, also to two topics, and it has the same id then.
fn event_id(text: &str) -> Option<DeliveryId> {
    let event: EventEnvelope<'_> = serde_json::from_str(text).ok()?;
    given("eventbridge", &event.id)
}

/// None for an id that no service gives: two messages with an empty one would be taken for the same.
fn given(by: &str, id: &str) -> Option<DeliveryId> {
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    ((1..=MAX_ID).contains(&id.len()) && id.bytes().all(is_taken)).then(|| DeliveryId::given(by, id))
}

/// A message of Quell's own.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ours {
    quell: Word,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    End(Timestamp),
}

/// What SNS writes around a message for a queue or for HTTP, as far as it is used.
#[derive(Deserialize)]
#[serde(tag = "Type")]
enum SnsEnvelope<'text> {
    #[serde(rename_all = "PascalCase")]
    Notification {
        #[serde(borrow)]
        message_id: Cow<'text, str>,
        #[serde(borrow)]
        message: Cow<'text, str>,
    },
}

/// What EventBridge writes around a `detail`, as far as it tells an event from other things.
#[derive(Deserialize)]
#[expect(dead_code, reason = "that they are there is what tells an event")]
struct EventEnvelope<'text> {
    #[serde(borrow)]
    id: Cow<'text, str>,
    #[serde(borrow)]
    source: Cow<'text, str>,
    #[serde(borrow, rename = "detail-type")]
    detail_type: Cow<'text, str>,
    #[serde(borrow)]
    detail: &'text serde_json::value::RawValue,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const SNS_ID: &str = "0a1b2c3d-0000-1111-2222-333344445555";
    const EVENT_ID: &str = "cd2d702e-ab31-411b-9344-793ce56b1bc7";

    fn queued() -> DeliveryId {
        DeliveryId::given("sqs", "059f36b4-87a3-44ab-83d2-661975830a7d")
    }

    /// As SNS writes it to a queue without raw delivery.
    fn in_sns(message: &str) -> String {
        json!({
            "Type": "Notification",
            "MessageId": SNS_ID,
            "TopicArn": "arn:aws:sns:eu-west-1:111122223333:alerts",
            "Message": message,
            "Timestamp": "2030-01-05T07:40:00.000Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
            "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe"
        })
        .to_string()
    }

    fn event() -> String {
        json!({
            "version": "0",
            "id": EVENT_ID,
            "detail-type": "GuardDuty Finding",
            "source": "aws.guardduty",
            "account": "111122223333",
            "time": "2030-01-05T07:40:00Z",
            "region": "eu-west-1",
            "resources": [],
            "detail": { "id": "64b7" }
        })
        .to_string()
    }

    fn alert(text: &str) -> Carried<'_> {
        match open(text, queued()) {
            Message::Alert(carried) => carried,
            Message::End(at) => panic!("an end at {at}"),
        }
    }

    #[test]
    fn a_message_in_an_envelope_of_sns_is_the_detectors_own_bytes() {
        let text = in_sns("{\"id\": 1,\t\"text\":\"\u{e9}\"}");
        let carried = alert(&text);
        assert_eq!(carried.body, "{\"id\": 1,\t\"text\":\"\u{e9}\"}");
        assert_eq!(carried.id, DeliveryId::given("sns", SNS_ID));
        assert_eq!(carried.envelope, Envelope::Sns);
    }

    #[test]
    fn an_event_is_the_same_delivery_by_whichever_way_it_comes() {
        let (event, wrapped) = (event(), in_sns(&event()));
        let (direct, by_topic) = (alert(&event), alert(&wrapped));
        assert_eq!(direct, by_topic);
        assert_eq!(direct.id, DeliveryId::given("eventbridge", EVENT_ID));
        assert_eq!(direct.body, event);
        assert_eq!(direct.envelope, Envelope::EventBridge);
    }

    #[test]
    fn raw_delivery_has_the_queues_id_and_is_left_as_it_is() {
        for text in ["{\"id\":1}", "no JSON at all", "", "[1]", "{\"Type\":\"Notification\"}"] {
            let carried = alert(text);
            assert_eq!((carried.body.as_ref(), carried.envelope), (text, Envelope::None));
            assert_eq!(carried.id, queued());
        }
    }

    #[test]
    fn an_id_that_no_service_gives_does_not_make_two_messages_one() {
        for id in ["", "a b", "\u{e9}", "x".repeat(129).as_str()] {
            let text = in_sns("alert").replace(SNS_ID, id);
            assert_eq!(alert(&text).id, queued(), "{id}");
        }
    }

    #[test]
    fn word_of_an_end_is_read_as_it_was_written() {
        let at: Timestamp = "2030-01-05T07:40:00.5Z".parse().unwrap();
        assert_eq!(open(&end(at), queued()), Message::End(at));
    }

    #[test]
    fn nothing_but_an_end_can_be_asked_of_quell_by_a_message() {
        let order = json!({ "quell": { "order": { "release": { "holds": [1] } } } }).to_string();
        assert_eq!(alert(&order).body, order);
        let both = json!({ "quell": { "end": "2030-01-05T07:40:00Z" }, "more": 1 }).to_string();
        assert_eq!(alert(&both).body, both);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = open(&text, queued());
        }
    }
}
