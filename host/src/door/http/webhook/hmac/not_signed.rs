//! Why a request is not taken for one that its sender signed.

use axum::http::HeaderName;
use jiff::{SignedDuration, Timestamp};

use crate::secret::SecretError;

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
    pub(in crate::door::http::webhook) fn may_pass(&self) -> bool {
        matches!(self, Self::Key(_))
    }
}
