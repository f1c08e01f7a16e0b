//! Why nobody should believe what is signed by a certificate.

use jiff::Timestamp;
use rustls_pki_types::UnixTime;

use super::MOST_CERTIFICATES;

/// Why nobody should believe what is signed by a certificate.
#[derive(Debug, thiserror::Error)]
pub enum NotTrusted {
    /// Not PEM, or nothing in it.
    #[error("what is at its SigningCertURL is no certificate in PEM")]
    Unreadable,
    /// More than a chain has.
    #[error("at its SigningCertURL there are more than {MOST_CERTIFICATES} certificates")]
    TooMany,
    /// Its time is over.
    #[error("the certificate that it is signed by, or one above it, expired at {0}")]
    Expired(Timestamp),
    /// Its time has not come.
    #[error("the certificate that it is signed by, or one above it, is not valid before {0}")]
    NotYet(Timestamp),
    /// Nobody who is trusted issued it, or a certificate between is missing.
    #[error(
        "no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has"
    )]
    UnknownIssuer,
    /// It is somebody else's.
    #[error("the certificate that it is signed by is not SNS's in the topic's region, where it is named {0}")]
    OtherName(String),
    /// It is for something else.
    #[error("the certificate that it is signed by is not one of a server")]
    OtherUse,
    /// Something else is wrong with it.
    #[error("the certificate that it is signed by can't be trusted")]
    Other(#[source] webpki::Error),
    /// It is not what was signed, or not who signed it.
    #[error("its Signature does not fit: somebody changed the message, or another than SNS signed it")]
    Signature,
}

impl NotTrusted {
    /// What the verifier found.
    pub(super) fn of(error: webpki::Error) -> Self {
        match error {
            webpki::Error::CertExpired { not_after, .. } => Self::Expired(time(not_after)),
            webpki::Error::CertNotValidYet { not_before, .. } => Self::NotYet(time(not_before)),
            // What is signed by another key of an authority's name is not issued by it.
            webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey => Self::UnknownIssuer,
            webpki::Error::RequiredEkuNotFoundContext(_) => Self::OtherUse,
            other => Self::Other(other),
        }
    }
}

fn time(unix: UnixTime) -> Timestamp {
    let seconds = i64::try_from(unix.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
