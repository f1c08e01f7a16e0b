//! What SNS sends by HTTP: what it did not sign is never taken. The input is the body of a request and, behind a NUL, what is found at the address of its certificate.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use quell::door::http::sns::{
    Signatures,
    authority::Authority,
    certificates::{FetchCertificate, FetchError},
    signing_cert_url::SigningCertUrl,
};
use serde_json::Value;
use tokio::runtime::Builder;

use super::told;

/// A message that the test authority's key signed, when the clock stands still.
const GENUINE: &[u8] = include_bytes!("../../certificates/sns/version-1.json");
const CERTIFICATE: &[u8] = include_bytes!("../../certificates/sns/genuine.pem");
const ROOT: &[u8] = include_bytes!("../../certificates/sns/root.pem");
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";
const NOW: &str = "2026-03-01T12:00:00Z";

/// What is signed of a notification.
const FIELDS: [&str; 6] = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::of(ROOT).expect("the root is a certificate"));

/// Checks the message as one of the topic.
pub fn run(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0);
    let (body, found) = match end {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, CERTIFICATE),
    };
    if let Err(error) = Authority::of(found) {
        told::error(&error);
    }
    let found = Arc::new(Found(Bytes::copy_from_slice(found)));
    let signatures = Signatures::new(AUTHORITY.clone(), Duration::from_secs(3600), found);
    let now: Timestamp = NOW.parse().expect("it is a time");
    let runtime = Builder::new_current_thread().build().expect("a runtime can be made");
    match runtime.block_on(signatures.check(body, TOPIC, now)) {
        Ok(()) => assert_eq!(
            signed(body),
            signed(GENUINE),
            "a message is taken that SNS did not sign"
        ),
        Err(error) => {
            told::error(&error);
            assert!(body != GENUINE || end.is_some(), "what SNS signed is refused: {error}");
        }
    }
}

/// What stands in the fields that are signed. A subject of null is none. In what is not signed there may be bytes that are no text, which the door replaces.
fn signed(body: &[u8]) -> [Value; 6] {
    let message: Value = serde_json::from_str(&String::from_utf8_lossy(body)).expect("what is taken is JSON");
    FIELDS.map(|field| message[field].clone())
}

/// What is found at any address of a certificate.
#[derive(Debug)]
struct Found(Bytes);

#[async_trait]
impl FetchCertificate for Found {
    async fn fetch(&self, _: &SigningCertUrl) -> Result<Bytes, FetchError> {
        Ok(self.0.clone())
    }
}
