//! Whether a request was signed with a key that sender and Quell share: HMAC with SHA-256 (RFC 2104) over the body and the time.

mod encoding;
mod not_signed;

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

pub use self::{encoding::Encoding, not_signed::NotSigned};
use super::template::Template;
use crate::secret::LiveSecret;

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
        let mut missing = None;
        for key in &self.keys {
            let value = match key.value().await {
                Ok(value) => value,
                // Another may fit all the same, such as the new one when the old one is gone already.
                Err(error) => {
                    missing = Some(error);
                    continue;
                }
            };
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
        Err(missing.map_or(NotSigned::Signature, NotSigned::Key))
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
mod tests;
