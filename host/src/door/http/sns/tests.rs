//! The requests that SNS's documentation shows. They are not part of the project; where they lie beside it they are read.

use std::{fs, path::Path};

use super::{
    signed::{NotSigned, Signed},
    *,
};

/// A request: its header fields, and its body.
struct Shown {
    head: String,
    body: String,
}

impl Shown {
    /// None if the samples are not there.
    fn read(name: &str) -> Option<Self> {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/sns");
        let Ok(text) = fs::read_to_string(samples.join(name)) else {
            eprintln!("skipped: there is no {name} in {}", samples.display());
            return None;
        };
        let (head, body) = text.split_once("\n\n").expect("a blank line ends the header");
        Some(Self {
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (field, value) = line.split_once(": ")?;
            field.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn notice(&self) -> Notice<'_> {
        read(self.body.as_bytes(), self.header(TYPE), self.header(RAW)).unwrap()
    }
}

#[test]
fn each_kind_of_request_that_sns_documents_is_read_as_what_it_is() {
    let kinds = [
        ("http_notification.http", "Notification"),
        ("http_subscription_confirmation.http", "SubscriptionConfirmation"),
        ("http_unsubscribe_confirmation.http", "UnsubscribeConfirmation"),
    ];
    for (name, kind) in kinds {
        let Some(shown) = Shown::read(name) else {
            return;
        };
        let notice = shown.notice();
        assert_eq!(notice.kind(), kind, "{name}");
        assert_eq!(Some(notice.topic()), shown.header("x-amz-sns-topic-arn"), "{name}");
        let other = read(shown.body.as_bytes(), Some("Other"), None);
        assert!(matches!(other, Err(NoticeError::OtherType { .. })), "{name}");
    }
}

#[test]
fn the_message_that_sns_documents_is_the_publishers_own_with_sns_own_id() {
    let Some(shown) = Shown::read("http_notification.http") else {
        return;
    };
    let Message::Alert(carried) = message::open(&shown.body, DeliveryId::given("test", "other")) else {
        panic!("it is a message")
    };
    let id = shown.header("x-amz-sns-message-id").unwrap();
    assert_eq!(
        (carried.id, &*carried.body),
        (DeliveryId::given("sns", id), "Hello world!")
    );
    // The documentation cuts the signature off.
    let signed = Signed::read(shown.body.as_bytes());
    assert!(matches!(signed, Err(NotSigned::NotBase64)), "{signed:?}");
}

#[test]
fn the_subscription_that_sns_documents_can_be_confirmed_and_is_signed_over_all_that_it_says() {
    let Some(shown) = Shown::read("http_subscription_confirmation.http") else {
        return;
    };
    let Notice::SubscriptionConfirmation {
        topic_arn,
        subscribe_url,
    } = shown.notice()
    else {
        panic!("it is a confirmation")
    };
    assert!(
        SubscribeUrl::read(&subscribe_url, &topic_arn).is_ok(),
        "{subscribe_url}"
    );
    let signed = Signed::read(shown.body.as_bytes()).unwrap();
    let sent: serde_json::Value = serde_json::from_str(&shown.body).unwrap();
    let said: String = [
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ]
    .map(|key| format!("{key}\n{}\n", sent[key].as_str().unwrap()))
    .concat();
    assert_eq!(signed.text, said);
}
