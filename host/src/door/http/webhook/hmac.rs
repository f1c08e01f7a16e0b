//! Whether a request was signed with a key that sender and Quell share: HMAC with SHA-256 (RFC 2104) over the body and the time.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::template::Template;
use crate::secret::{LiveSecret, SecretError};

/// Bytes of a signature.
const LENGTH: usize = 32;

/// How the requests of a webhook are signed.
#[derive(Debug, Clone)]
pub struct HmacOptions {
    /// The keys, of which any will do. There are two while one takes the place of the other.
    pub keys: Vec<LiveSecret>,
    /// How a request has it.
    pub form: HmacForm,
}

/// How a request has its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HmacForm {
    /// The header with the signature.
    pub header: HeaderName,
    /// What stands before the signature in its header, such as `sha256=`.
    pub prefix: String,
    /// How the signature is written.
    pub encoding: Encoding,
    /// The header with the time, in seconds since 1970 or by RFC 3339.
    pub timestamp: HeaderName,
    /// How far the time may be from ours, in both directions.
    pub window: Duration,
    /// What is signed.
    pub signed: Template,
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// 64 hexadecimal digits, in capitals or not.
    #[default]
    Hex,
    /// Base64, with padding.
    Base64,
}

/// Why a request is not taken for one that its sender signed.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// A header is not there.
    #[error("there is no header `{0}`")]
    Missing(HeaderName),
    /// One header has two values: one reader might take the first, and another the last.
    #[error("the header `{0}` is there more than once")]
    Twice(HeaderName),
    /// Something else stands before the signature.
    #[error("the header `{header}` does not begin with `{prefix}`")]
    OtherPrefix {
        /// The header.
        header: HeaderName,
        /// How it should begin.
        prefix: String,
    },
    /// Not written as it should be.
    #[error(
        "the header `{0}` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes"
    )]
    Unreadable(HeaderName),
    /// No time at all.
    #[error("the header `{0}` has no time: seconds since 1970, or as in 2030-01-05T07:40:00Z")]
    NoTime(HeaderName),
    /// It may be a request that somebody kept and sends again, or one of the clocks is wrong.
    #[error(
        "the request is of {sent:.0}, which is more than {window:#} from now (door.webhook.hmac.window): is it sent again, or is a clock wrong?"
    )]
    NotOfNow {
        /// Of when it is.
        sent: Timestamp,
        /// How far that may be from now.
        window: SignedDuration,
    },
    /// Not what was signed, or not by the key.
    #[error("the signature does not fit: the body, the time or the key is another")]
    Signature,
    /// A key can't be had, so nobody knows.
    #[error("a key of this webhook can't be had at the moment, so nobody can be let in; the log of Quell says why")]
    Key(#[source] SecretError),
}

impl NotSigned {
    /// Whether the same request may be taken when it comes again.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Key(_))
    }
}

/// What a request says of its signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown<'headers> {
    signature: [u8; LENGTH],
    timestamp: &'headers [u8],
}

impl HmacOptions {
    /// Whether this request was signed with one of the keys, and now.
    pub(super) async fn check(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), NotSigned> {
        let shown = self.form.read(headers, now)?;
        for key in &self.keys {
            let value = key.value().await.map_err(NotSigned::Key)?;
            if self.form.fits(&shown, body, &value) {
                return Ok(());
            }
            // It may be signed with the new value of a key that was rotated where it is kept.
            if let Some(rotated) = key.refused(&value).await
                && self.form.fits(&shown, body, &rotated)
            {
                return Ok(());
            }
        }
        Err(NotSigned::Signature)
    }
}

impl HmacForm {
    /// Reads the headers. No key is needed for that, nor the body.
    pub(super) fn read<'headers>(
        &self,
        headers: &'headers HeaderMap,
        now: Timestamp,
    ) -> Result<Shown<'headers>, NotSigned> {
        let written = once(headers, &self.header)?.as_bytes();
        let written = written
            .strip_prefix(self.prefix.as_bytes())
            .ok_or_else(|| NotSigned::OtherPrefix {
                header: self.header.clone(),
                prefix: self.prefix.clone(),
            })?;
        let signature = self
            .encoding
            .decode(written)
            .ok_or_else(|| NotSigned::Unreadable(self.header.clone()))?;
        if !self.signed.has_timestamp() {
            return Ok(Shown {
                signature,
                timestamp: &[],
            });
        }
        let value = once(headers, &self.timestamp)?;
        let sent = value.to_str().ok().and_then(time);
        let sent = sent.ok_or_else(|| NotSigned::NoTime(self.timestamp.clone()))?;
        let window = SignedDuration::try_from(self.window).unwrap_or(SignedDuration::MAX);
        if now.duration_since(sent).abs() > window {
            return Err(NotSigned::NotOfNow { sent, window });
        }
        Ok(Shown {
            signature,
            timestamp: value.as_bytes(),
        })
    }

    /// Whether the signature is that of this key. It takes the same time whichever byte is wrong.
    fn fits(&self, shown: &Shown<'_>, body: &[u8], key: &SecretString) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()) else {
            return false;
        };
        for piece in self.signed.pieces(shown.timestamp, body) {
            mac.update(piece);
        }
        mac.verify_slice(&shown.signature).is_ok()
    }
}

impl Encoding {
    fn decode(self, written: &[u8]) -> Option<[u8; LENGTH]> {
        match self {
            Self::Hex => {
                let text = str::from_utf8(written).ok()?;
                let digest = crate::digest::Digest::try_from(text.to_owned()).ok()?;
                Some(*digest.as_bytes())
            }
            Self::Base64 => BASE64_STANDARD.decode(written).ok()?.try_into().ok(),
        }
    }
}

fn once<'headers>(headers: &'headers HeaderMap, name: &HeaderName) -> Result<&'headers HeaderValue, NotSigned> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or_else(|| NotSigned::Missing(name.clone()))?;
    match values.next() {
        None => Ok(value),
        Some(_) => Err(NotSigned::Twice(name.clone())),
    }
}

/// A time in seconds since 1970, or by RFC 3339.
fn time(text: &str) -> Option<Timestamp> {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Timestamp::from_second(text.parse().ok()?).ok(),
        false => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
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
    async fn a_key_that_can_not_be_had_lets_nobody_in() {
        let options = HmacOptions {
            keys: Vec::new(),
            ..options()
        };
        assert!(options.check(&genuine(), BODY, now()).await.is_err());
    }

    proptest! {
        #[test]
        fn no_headers_make_it_panic(signature in "[ -~]{0,80}", timestamp in "[ -~]{0,30}") {
            let headers = headers(&signature, &timestamp);
            let _ = options().form.read(&headers, now());
        }
    }
}
