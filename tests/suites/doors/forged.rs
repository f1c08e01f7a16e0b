//! SNS over HTTP, by signature: what SNS signed is taken, and nothing else is.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use quell::door::http::sns::{
    Signatures,
    authority::Authority,
    certificates::{FetchCertificate, FetchError},
    signing_cert_url::SigningCertUrl,
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    open::alert,
    sns::{Noting, TOPIC, Topic},
};

const ROOT: &[u8] = include_bytes!("../../certificates/sns/root.pem");
const KEY: &str = include_str!("../../certificates/sns/genuine.key");
const STRANGERS_KEY: &str = include_str!("../../certificates/sns/stranger.key");
/// Signed by SignatureVersion 1, when the clock of the tests stands still.
const VERSION_1: &str = include_str!("../../certificates/sns/version-1.json");
const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

/// Has certificates in the place of Amazon, at the address that their number says, and notes what was asked for.
#[derive(Debug, Default)]
struct Shelf(Mutex<Vec<String>>);

#[async_trait]
impl FetchCertificate for Shelf {
    async fn fetch(&self, url: &SigningCertUrl) -> Result<Bytes, FetchError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(url.to_string());
        let pem: &[u8] = match url.url().path() {
            "/SimpleNotificationService-0123456789abcdef.pem" => include_bytes!("../../certificates/sns/genuine.pem"),
            "/SimpleNotificationService-01.pem" => include_bytes!("../../certificates/sns/expired.pem"),
            "/SimpleNotificationService-02.pem" => include_bytes!("../../certificates/sns/cut-chain.pem"),
            "/SimpleNotificationService-03.pem" => include_bytes!("../../certificates/sns/stranger.pem"),
            "/SimpleNotificationService-04.pem" => include_bytes!("../../certificates/sns/other-name.pem"),
            "/SimpleNotificationService-05.pem" => include_bytes!("../../certificates/sns/not-yet.pem"),
            "/SimpleNotificationService-06.pem" => b"<html>no certificate</html>",
            "/SimpleNotificationService-07.pem" => return Err(FetchError::Refused(StatusCode::FOUND)),
            "/SimpleNotificationService-08.pem" => return Err(FetchError::Refused(StatusCode::BAD_GATEWAY)),
            _ => return Err(FetchError::Refused(StatusCode::NOT_FOUND)),
        };
        Ok(Bytes::from_static(pem))
    }
}

struct Guarded {
    topic: Topic,
    shelf: Arc<Shelf>,
}

impl Guarded {
    async fn new() -> Self {
        let shelf = Arc::new(Shelf::default());
        let signatures = Signatures::new(Authority::of(ROOT).unwrap(), HOUR, shelf.clone());
        let topic = Topic::with(Noting::default(), TOPIC, Some(signatures)).await;
        Self { topic, shelf }
    }

    async fn send(&self, message: &Value) -> (u16, Value) {
        let kind = message["Type"].as_str().unwrap().to_owned();
        self.topic.send(&kind, &message.to_string()).await
    }

    /// The status and the reason.
    async fn refused(&self, message: &Value) -> String {
        let (status, told) = self.send(message).await;
        format!("{status}: {}", told["error"].as_str().unwrap_or("TAKEN"))
    }

    fn asked(&self) -> Vec<String> {
        self.shelf.0.lock().unwrap().clone()
    }
}

/// A message as SNS would have it, not signed yet.
fn unsigned(message: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "0a1b2c3d-0000-1111-2222-333344445555",
        "TopicArn": TOPIC,
        "Subject": "Alert",
        "Message": message,
        "Timestamp": "2026-03-01T11:59:58.500Z",
        "SignatureVersion": "2",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    })
}

fn unsigned_confirmation(kind: &str) -> Value {
    let mut message = unsigned("You have chosen to subscribe to the topic.");
    message.as_object_mut().unwrap().remove("Subject");
    message["Type"] = json!(kind);
    message["Token"] = json!("2336412f");
    message["SubscribeURL"] = json!(format!(
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f"
    ));
    message
}

/// Signs it as SNS does, by the lines that Amazon's documentation has.
fn signed(message: Value) -> Value {
    signed_by(KEY, message)
}

fn signed_by(key: &str, mut message: Value) -> Value {
    let names: &[&str] = match message["Type"].as_str() {
        Some("Notification") => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
        _ => &[
            "Message",
            "MessageId",
            "SubscribeURL",
            "Timestamp",
            "Token",
            "TopicArn",
            "Type",
        ],
    };
    let lines = names
        .iter()
        .filter_map(|name| Some(format!("{name}\n{}\n", message[*name].as_str()?)));
    let text: String = lines.collect();
    let der: String = key.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(der).unwrap()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
        .unwrap();
    message["Signature"] = json!(BASE64_STANDARD.encode(signature));
    message
}

/// The same message with a field changed afterwards.
fn with(message: &Value, field: &str, value: &str) -> Value {
    let mut message = message.clone();
    message[field] = json!(value);
    message
}

/// Signed, but by a certificate at another address.
fn by_certificate(url: &str) -> Value {
    let mut message = unsigned(&alert(1));
    message["SigningCertURL"] = json!(url);
    signed(message)
}

fn numbered(number: &str) -> Value {
    by_certificate(&format!(
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{number}.pem"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sns_signed_is_taken_in_both_versions_of_signatures() {
    let guarded = Guarded::new().await;
    let (status, told) = guarded.topic.send("Notification", VERSION_1).await;
    assert_eq!(status, 202, "{told}");
    let mut second = unsigned(&alert(2));
    second["MessageId"] = json!("1a1b2c3d-0000-1111-2222-333344445555");
    let (status, told) = guarded.send(&signed(second.clone())).await;
    assert_eq!(status, 202, "{told}");
    // Without a subject none is signed.
    second.as_object_mut().unwrap().remove("Subject");
    second["MessageId"] = json!("2a1b2c3d-0000-1111-2222-333344445555");
    second["Message"] = json!(alert(3));
    let (status, told) = guarded.send(&signed(second)).await;
    assert_eq!(status, 202, "{told}");
    assert_eq!(guarded.topic.open.takes(3).await.unwrap().len(), 3);
    assert_eq!(guarded.asked().len(), 1, "the certificate is fetched once");
    guarded.topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_confirmed_and_its_end_told_if_sns_signed_it() {
    let guarded = Guarded::new().await;
    let (status, told) = guarded
        .send(&signed(unsigned_confirmation("SubscriptionConfirmation")))
        .await;
    assert_eq!((status, &told["state"]), (200, &json!("confirmed")), "{told}");
    assert_eq!(guarded.topic.fetched().len(), 1);
    let (status, told) = guarded
        .send(&signed(unsigned_confirmation("UnsubscribeConfirmation")))
        .await;
    assert_eq!((status, &told["state"]), (200, &json!("unsubscribed")), "{told}");

    let genuine = signed(unsigned_confirmation("SubscriptionConfirmation"));
    let other = format!("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=other");
    let elsewhere = {
        let mut message = unsigned_confirmation("SubscriptionConfirmation");
        message["SubscribeURL"] = json!("https://sns.eu-west-1.amazonaws.com@evil.example/");
        signed(message)
    };
    let told = [
        guarded.refused(&with(&genuine, "Token", "other")).await,
        guarded.refused(&with(&genuine, "SubscribeURL", &other)).await,
        guarded
            .refused(&with(&genuine, "Type", "UnsubscribeConfirmation"))
            .await,
        // Signed or not, nothing but SNS is fetched.
        guarded.refused(&elsewhere).await,
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
403: its Signature does not fit: somebody changed the message, or another than SNS signed it
403: its Signature does not fit: somebody changed the message, or another than SNS signed it
403: its Signature does not fit: somebody changed the message, or another than SNS signed it
400: its SubscribeURL names a user or a port
"#);
    assert_eq!(guarded.topic.fetched().len(), 1);
    guarded.topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_message_is_refused_for_its_own_reason_and_nothing_of_it_is_kept() {
    let guarded = Guarded::new().await;
    let genuine = signed(unsigned(&alert(1)));
    let host = "https://sns.eu-west-1.amazonaws.com";
    let file = "SimpleNotificationService-0123456789abcdef.pem";
    let swapped = {
        // Two fields that are both signed, the one in the place of the other.
        let mut message = genuine.clone();
        message["Subject"] = genuine["Message"].clone();
        message["Message"] = genuine["Subject"].clone();
        message
    };
    let lambdas = {
        let mut message = genuine.clone();
        let url = message.as_object_mut().unwrap().remove("SigningCertURL").unwrap();
        message["SigningCertUrl"] = url;
        message
    };
    let without = |field: &str| {
        let mut message = genuine.clone();
        message.as_object_mut().unwrap().remove(field);
        message
    };
    let at = |time: &str| {
        let mut message = unsigned(&alert(1));
        message["Timestamp"] = json!(time);
        signed(message)
    };
    let other_topic = {
        let mut message = unsigned(&alert(1));
        message["TopicArn"] = json!("arn:aws:sns:eu-west-1:999988887777:alerts");
        signed(message)
    };
    let forged = [
        // The address of the certificate.
        ("another host", by_certificate(&format!("https://evil.example/{file}"))),
        (
            "a look-alike host",
            by_certificate(&format!("https://sns.eu-west-1.amazonaws.com.evil.example/{file}")),
        ),
        (
            "a look-alike letter",
            by_certificate(&format!("https://sns.eu-west-1.am\u{430}zonaws.com/{file}")),
        ),
        (
            "another service",
            by_certificate(&format!("https://s3.eu-west-1.amazonaws.com/{file}")),
        ),
        (
            "another region",
            by_certificate(&format!("https://sns.us-east-1.amazonaws.com/{file}")),
        ),
        (
            "http",
            by_certificate(&format!("http://sns.eu-west-1.amazonaws.com/{file}")),
        ),
        (
            "user info",
            by_certificate(&format!("https://sns.eu-west-1.amazonaws.com@evil.example/{file}")),
        ),
        ("a port", by_certificate(&format!("{host}:8443/{file}"))),
        ("another file", by_certificate(&format!("{host}/evil.pem"))),
        ("a query", by_certificate(&format!("{host}/{file}?x"))),
        ("no address", by_certificate("evil")),
        ("the Lambda spelling", lambdas),
        // The message.
        ("another topic", other_topic),
        (
            "a swapped topic",
            with(&genuine, "TopicArn", "arn:aws:sns:eu-west-1:999988887777:alerts"),
        ),
        ("an old time", at("2026-03-01T10:00:00.000Z")),
        ("a time to come", at("2026-03-01T13:00:00.000Z")),
        ("no time", at("now")),
        (
            "a changed time",
            with(&genuine, "Timestamp", "2026-03-01T12:00:00.000Z"),
        ),
        ("a changed message", with(&genuine, "Message", &alert(2))),
        (
            "a changed id",
            with(&genuine, "MessageId", "9a1b2c3d-0000-1111-2222-333344445555"),
        ),
        ("a changed subject", with(&genuine, "Subject", "Another")),
        ("swapped fields", swapped),
        ("no subject any more", without("Subject")),
        ("another version", with(&genuine, "SignatureVersion", "3")),
        ("the other version", with(&genuine, "SignatureVersion", "1")),
        ("no version", without("SignatureVersion")),
        ("no signature", without("Signature")),
        ("an empty signature", with(&genuine, "Signature", "")),
        ("no Base64", with(&genuine, "Signature", "EXAMPLE!")),
        (
            "another signature",
            with(&genuine, "Signature", &BASE64_STANDARD.encode([1; 256])),
        ),
        ("another key", signed_by(STRANGERS_KEY, unsigned(&alert(1)))),
        // The certificate.
        ("an expired certificate", numbered("01")),
        ("a certificate of tomorrow", numbered("05")),
        ("a cut chain", numbered("02")),
        ("another authority", {
            let mut message = unsigned(&alert(1));
            message["SigningCertURL"] = json!(format!("{host}/SimpleNotificationService-03.pem"));
            signed_by(STRANGERS_KEY, message)
        }),
        ("another name", numbered("04")),
        ("no certificate", numbered("06")),
        ("a redirect", numbered("07")),
        ("nothing there", numbered("09")),
        ("SNS is ill", numbered("08")),
    ];
    let mut told = Vec::new();
    for (what, message) in &forged {
        told.push(format!("{what:<24} {}", guarded.refused(message).await));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
another host             403: its SigningCertURL is not at Amazon's SNS in the topic's region (sns.REGION.amazonaws.com)
a look-alike host        403: its SigningCertURL is not at Amazon's SNS in the topic's region (sns.REGION.amazonaws.com)
a look-alike letter      403: its SigningCertURL is not at Amazon's SNS in the topic's region (sns.REGION.amazonaws.com)
another service          403: its SigningCertURL is not at Amazon's SNS in the topic's region (sns.REGION.amazonaws.com)
another region           403: its SigningCertURL is not at Amazon's SNS in the topic's region (sns.REGION.amazonaws.com)
http                     403: its SigningCertURL is not https
user info                403: its SigningCertURL names a user or a port
a port                   403: its SigningCertURL names a user or a port
another file             403: its SigningCertURL is not that of a certificate (/SimpleNotificationService-….pem and nothing behind it)
a query                  403: its SigningCertURL is not that of a certificate (/SimpleNotificationService-….pem and nothing behind it)
no address               403: its SigningCertURL is no URL
the Lambda spelling      403: it has `SigningCertUrl`, as in an event of Lambda; by HTTP SNS writes `SigningCertURL`
another topic            403: the topic arn:aws:sns:eu-west-1:999988887777:alerts is not among those of [[door.sns]]
a swapped topic          403: the topic arn:aws:sns:eu-west-1:999988887777:alerts is not among those of [[door.sns]]
an old time              403: it is 2h old, and no message may be older than 1h (door.sns.window)
a time to come           403: it is of 2026-03-01T13:00:00Z, which is more than 5m from now: is this machine's clock right?
no time                  403: its Timestamp is no time
a changed time           403: its Signature does not fit: somebody changed the message, or another than SNS signed it
a changed message        403: its Signature does not fit: somebody changed the message, or another than SNS signed it
a changed id             403: its Signature does not fit: somebody changed the message, or another than SNS signed it
a changed subject        403: its Signature does not fit: somebody changed the message, or another than SNS signed it
swapped fields           403: its Signature does not fit: somebody changed the message, or another than SNS signed it
no subject any more      403: its Signature does not fit: somebody changed the message, or another than SNS signed it
another version          403: its SignatureVersion is `3`, and there are only 1 and 2
the other version        403: its Signature does not fit: somebody changed the message, or another than SNS signed it
no version               403: it has no `SignatureVersion`
no signature             403: it has no `Signature`
an empty signature       403: its Signature does not fit: somebody changed the message, or another than SNS signed it
no Base64                403: its Signature is not Base64
another signature        403: its Signature does not fit: somebody changed the message, or another than SNS signed it
another key              403: its Signature does not fit: somebody changed the message, or another than SNS signed it
an expired certificate   403: the certificate that it is signed by, or one above it, expired at 2021-01-01T00:00:00Z
a certificate of tomorrow 403: the certificate that it is signed by, or one above it, is not valid before 2048-01-01T00:00:00Z
a cut chain              403: no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has
another authority        403: no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has
another name             403: the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
no certificate           403: what is at its SigningCertURL is no certificate in PEM
a redirect               403: Amazon SNS answers 302 Found for the certificate that it is said to be signed by
nothing there            403: Amazon SNS answers 404 Not Found for the certificate that it is said to be signed by
SNS is ill               503: Amazon SNS answers 502 Bad Gateway for the certificate that it is said to be signed by
"#);
    let asked = guarded.asked();
    assert!(asked.iter().all(|url| url.starts_with(host)), "{asked:?}");
    assert!(guarded.topic.open.waiting().await.unwrap().is_empty());

    // A key that is there twice, and a message by another's id, need other tools.
    let twice = genuine
        .to_string()
        .replacen('{', &format!("{{\"Message\":{},", json!(alert(2))), 1);
    let (status, told) = guarded.topic.send("Notification", &twice).await;
    insta::assert_snapshot!(format!("{status}: {}", told["error"].as_str().unwrap()), @"403: it is not as SNS writes it: duplicate field `Message` at line 1 column 1400");
    assert_eq!(guarded.send(&genuine).await.0, 202);
    let reused = signed(unsigned(&alert(2)));
    insta::assert_snapshot!(guarded.refused(&reused).await, @"409: the id sns-0a1b2c3d-0000-1111-2222-333344445555 came before, with another content: SNS gives no two messages the same id");
    assert_eq!(guarded.topic.open.waiting().await.unwrap().len(), 1);
    guarded.topic.open.close().await.unwrap();
}
