//! A request to a webhook: of whoever can't sign, or has no token, nothing is taken.

use std::{cell::RefCell, sync::LazyLock, time::Duration};

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::Timestamp;
use quell::{
    alert::Detector,
    digest::Digest,
    door::http::{
        Powers, RequestTerms, TokenHashes,
        webhook::{
            WebhookOptions,
            hmac::{Encoding, HmacForm, HmacOptions},
            template::Template,
        },
    },
    secret::LiveSecret,
};

use super::{open_door::OpenDoor, request::Sent};

/// What a sender signed that has the key, at the time at which the clock stands still: with the time by the default form, and a body alone, in Base64.
const SIGNED: &[u8] = include_bytes!("../../fuzz/seeds/webhook/signed.http");
const BODY_ALONE: &[u8] = include_bytes!("../../fuzz/seeds/webhook/body-alone.http");
/// The time of both.
const TIME: &str = "1772366400";

const KEY: &str = "a-key-that-nobody-guesses";
const OTHER_KEY: &str = "the-key-that-takes-its-place";
const TOKEN: &str = "a-token-that-nobody-guesses";

const SIGNATURE: HeaderName = HeaderName::from_static("x-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-timestamp");

static BODY: LazyLock<&[u8]> = LazyLock::new(|| Sent::read(SIGNED).expect("the seed is a request").body());

thread_local! {
    static OPEN: RefCell<Option<OpenDoor>> = const { RefCell::new(None) };
}

/// Sends the bytes as a request.
pub fn run(bytes: &[u8]) {
    let Some(sent) = Sent::read(bytes) else {
        return;
    };
    let is_the_body = sent.body() == *BODY;
    let is_the_time = values(sent.headers(), &TIMESTAMP) == [TIME.as_bytes()];
    let shown = values(sent.headers(), &header::AUTHORIZATION);
    let shows_token = shown.first().is_some_and(|shown| shown.ends_with(TOKEN.as_bytes()));
    let path = sent.path().to_owned();
    OPEN.with_borrow_mut(|open| {
        let now = Timestamp::from_second(TIME.parse().expect("it is a number")).expect("it is a time");
        let (status, text) = OpenDoor::of(open, now, terms).send(sent.request());
        let may = match path.as_str() {
            "/webhooks/signed" => is_the_body && is_the_time,
            "/webhooks/body-alone" => is_the_body,
            "/webhooks/by-token" => shows_token,
            path => path == "/healthz",
        };
        assert!(may || !status.is_success(), "{path} took what nobody may send: {text}");
        if [SIGNED, BODY_ALONE].contains(&bytes) {
            // Many good requests by token fill the queue.
            let is_taken = status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE;
            assert!(is_taken, "{path} refuses what its sender signed: {text}");
        }
    });
}

fn values<'sent>(headers: &'sent HeaderMap, name: &HeaderName) -> Vec<&'sent [u8]> {
    headers.get_all(name).iter().map(|value| value.as_bytes()).collect()
}

fn terms() -> RequestTerms {
    let default = HmacForm {
        header: SIGNATURE,
        prefix: "sha256=".to_owned(),
        encoding: Encoding::Hex,
        timestamp: TIMESTAMP,
        window: Duration::from_secs(300),
        signed: Template::default(),
    };
    let body_alone = HmacForm {
        prefix: String::new(),
        encoding: Encoding::Base64,
        signed: "{body}".parse().expect("it is a template"),
        ..default.clone()
    };
    let signed = |form| WebhookOptions {
        detector: Detector::StealthwatchCloud,
        hmac: Some(HmacOptions {
            keys: [KEY, OTHER_KEY].map(LiveSecret::fixed).into(),
            form,
        }),
        tokens: TokenHashes::default(),
        from: Vec::new(),
        client: None,
    };
    let by_token = WebhookOptions {
        hmac: None,
        tokens: TokenHashes::new([Digest::of(TOKEN.as_bytes())]),
        ..signed(default.clone())
    };
    let webhooks = [
        ("signed", signed(default)),
        ("body-alone", signed(body_alone)),
        ("by-token", by_token),
    ];
    RequestTerms {
        powers: Powers::of(Some(LiveSecret::fixed("a token that opens nothing here"))),
        max_body: 4096,
        webhooks: webhooks.map(|(name, options)| (name.to_owned(), options)).into(),
        ..RequestTerms::default()
    }
}
