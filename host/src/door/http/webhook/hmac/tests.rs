//! Requests that were signed, and requests that were not, or not so.

use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;

use super::*;
use crate::text::with_causes;

const KEY: &str = "a-key-that-nobody-guesses";
const BODY: &[u8] = br#"{"id":1}"#;
const NOW: i64 = 1_772_366_400;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn options() -> HmacOptions {
    HmacOptions {
        keys: vec![LiveSecret::fixed("another key"), LiveSecret::fixed(KEY)],
        form: HmacForm {
            header: HeaderName::from_static("x-signature"),
            prefix: "sha256=".to_owned(),
            encoding: Encoding::Hex,
            timestamp: HeaderName::from_static("x-timestamp"),
            window: Duration::from_secs(300),
            signed: Template::default(),
        },
    }
}

fn sign(key: &str, text: &[u8]) -> [u8; LENGTH] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: [u8; LENGTH]) -> String {
    crate::digest::Digest::from_bytes(bytes).to_string()
}

fn headers(signature: &str, timestamp: &str) -> HeaderMap {
    let pairs = [("x-signature", signature), ("x-timestamp", timestamp)];
    let pairs = pairs.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
    pairs.into_iter().collect()
}

fn genuine() -> HeaderMap {
    let text = [NOW.to_string().as_bytes(), b".", BODY].concat();
    headers(&format!("sha256={}", hex(sign(KEY, &text))), &NOW.to_string())
}

#[tokio::test]
async fn a_request_that_was_signed_now_is_taken_with_either_key() {
    options().check(&genuine(), BODY, now()).await.unwrap();
    let text = [NOW.to_string().as_bytes(), b".", BODY].concat();
    let other = headers(
        &format!("sha256={}", hex(sign("another key", &text)).to_uppercase()),
        &NOW.to_string(),
    );
    options().check(&other, BODY, now()).await.unwrap();
}

#[tokio::test]
async fn base64_another_form_of_the_time_and_a_body_alone_are_taken_where_they_are_asked_for() {
    let mut options = options();
    options.form.encoding = Encoding::Base64;
    options.form.prefix.clear();
    let time = "2026-03-01T12:01:00Z";
    let text = [time.as_bytes(), b".", BODY].concat();
    let request = headers(&BASE64_STANDARD.encode(sign(KEY, &text)), time);
    options.check(&request, BODY, now()).await.unwrap();

    options.form.signed = "{body}".parse().unwrap();
    let mut request = headers(&BASE64_STANDARD.encode(sign(KEY, BODY)), "any");
    request.remove("x-timestamp");
    options.check(&request, BODY, now()).await.unwrap();
}

/// RFC 4231, test case 2.
#[tokio::test]
async fn it_is_hmac_as_others_have_it() {
    let mut options = options();
    options.keys = vec![LiveSecret::fixed("Jefe")];
    options.form.signed = "{body}".parse().unwrap();
    let signature = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let body = b"what do ya want for nothing?";
    options.check(&headers(signature, "0"), body, now()).await.unwrap();
}

#[tokio::test]
async fn each_that_was_not_signed_so_is_refused_for_its_own_reason() {
    let good = genuine();
    let signature = good["x-signature"].to_str().unwrap().to_owned();
    let at = |seconds: i64| {
        let text = [seconds.to_string().as_bytes(), b".", BODY].concat();
        headers(&format!("sha256={}", hex(sign(KEY, &text))), &seconds.to_string())
    };
    let without = |name: &str| {
        let mut headers = good.clone();
        headers.remove(name);
        headers
    };
    let twice = |name: &'static str, value: &'static str| {
        let mut headers = good.clone();
        headers.append(name, HeaderValue::from_static(value));
        headers
    };
    let time = NOW.to_string();
    let text = [time.as_bytes(), b".", BODY].concat();
    let base64 = BASE64_STANDARD.encode(sign(KEY, &text));
    let flipped = match signature.ends_with('0') {
        true => format!("{}1", &signature[..signature.len() - 1]),
        false => format!("{}0", &signature[..signature.len() - 1]),
    };
    let forged: [(&str, HeaderMap, &[u8]); 17] = [
        ("no signature", without("x-signature"), BODY),
        ("no time", without("x-timestamp"), BODY),
        ("two signatures", twice("x-signature", "sha256=00"), BODY),
        ("two times", twice("x-timestamp", "0"), BODY),
        (
            "another prefix",
            headers(&signature.replace("sha256", "sha1"), &time),
            BODY,
        ),
        ("no prefix", headers(&signature["sha256=".len()..], &time), BODY),
        (
            "a short signature",
            headers(&signature[..signature.len() - 2], &time),
            BODY,
        ),
        ("a long signature", headers(&format!("{signature}00"), &time), BODY),
        ("another encoding", headers(&format!("sha256={base64}"), &time), BODY),
        ("an empty signature", headers("sha256=", &time), BODY),
        ("a changed signature", headers(&flipped, &time), BODY),
        ("a changed body", good.clone(), br#"{"id":2}"#),
        ("a changed time", headers(&signature, &(NOW + 1).to_string()), BODY),
        (
            "another key",
            headers(&format!("sha256={}", hex(sign("guessed", &text))), &time),
            BODY,
        ),
        ("an old time", at(NOW - 301), BODY),
        ("a time to come", at(NOW + 301), BODY),
        ("no time at all", headers(&signature, "now"), BODY),
    ];
    let mut told = Vec::new();
    for (what, headers, body) in forged {
        let error = options().check(&headers, body, now()).await.unwrap_err();
        told.push(format!("{what:<20} {}", with_causes(&error)));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
no signature         there is no header `x-signature`
no time              there is no header `x-timestamp`
two signatures       the header `x-signature` is there more than once
two times            the header `x-timestamp` is there more than once
another prefix       the header `x-signature` does not begin with `sha256=`
no prefix            the header `x-signature` does not begin with `sha256=`
a short signature    the header `x-signature` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes
a long signature     the header `x-signature` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes
another encoding     the header `x-signature` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes
an empty signature   the header `x-signature` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes
a changed signature  the signature does not fit: the body, the time or the key is another
a changed body       the signature does not fit: the body, the time or the key is another
a changed time       the signature does not fit: the body, the time or the key is another
another key          the signature does not fit: the body, the time or the key is another
an old time          the request is of 2026-03-01T11:54:59Z, which is more than 5m from now (door.webhook.hmac.window): is it sent again, or is a clock wrong?
a time to come       the request is of 2026-03-01T12:05:01Z, which is more than 5m from now (door.webhook.hmac.window): is it sent again, or is a clock wrong?
no time at all       the header `x-timestamp` has no time: seconds since 1970, or as in 2030-01-05T07:40:00Z
"#);
}

#[tokio::test]
async fn a_key_that_can_not_be_had_lets_nobody_in_and_keeps_nobody_out_who_has_the_other() {
    let with = |keys| HmacOptions { keys, ..options() };
    assert!(with(Vec::new()).check(&genuine(), BODY, now()).await.is_err());
    let lost = with(vec![LiveSecret::lost()]);
    let error = lost.check(&genuine(), BODY, now()).await.unwrap_err();
    assert!(error.may_pass(), "nobody knows: {error}");
    let one_is_left = with(vec![LiveSecret::lost(), LiveSecret::fixed(KEY)]);
    one_is_left.check(&genuine(), BODY, now()).await.unwrap();
    let other_is_left = with(vec![LiveSecret::fixed("another key"), LiveSecret::lost()]);
    assert!(other_is_left.check(&genuine(), BODY, now()).await.is_err());
}

proptest! {
    #[test]
    fn no_headers_make_it_panic(signature in "[ -~]{0,80}", timestamp in "[ -~]{0,30}") {
        let headers = headers(&signature, &timestamp);
        let _ = options().form.read(&headers, now());
    }
}
