//! Who may sign for SNS: a certificate of its own, by an authority that is trusted. No I/O.
//!
//! What SNS serves is the certificate alone, without the one between it and Amazon's roots, so those that Amazon issues by are here too. Revocation is not looked
//! at: Amazon's certificates for SNS live for half a year.

use std::sync::Arc;

use jiff::Timestamp;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName, SignatureVerificationAlgorithm, TrustAnchor,
    UnixTime, alg_id,
    pem::{self, PemObject},
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::{
    amazon::Home,
    signed::{SignatureVersion, Signed},
};

/// Amazon's roots of trust, as browsers have them.
const ROOTS: &[u8] = include_bytes!("amazon/roots.pem");
/// What Amazon issues certificates by that RSA keys are in. It publishes them at `http://crt.r2m01.amazontrust.com/r2m01.cer` and so on. They are good until August 2030.
const INTERMEDIATES: &[u8] = include_bytes!("amazon/intermediates.pem");

/// The most certificates that a chain may have. Amazon's longest has four.
const MOST_CERTIFICATES: usize = 8;

/// The authorities that are trusted to say who SNS is.
#[derive(Debug, Clone)]
pub struct Authority {
    roots: Arc<[TrustAnchor<'static>]>,
    intermediates: Arc<[CertificateDer<'static>]>,
}

/// Why authorities can't be read.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Not PEM.
    #[error("these are no certificates in PEM (-----BEGIN CERTIFICATE-----)")]
    Unreadable(#[source] pem::Error),
    /// No certificate at all.
    #[error("there is no certificate in it (-----BEGIN CERTIFICATE-----)")]
    Empty,
    /// One of them is broken.
    #[error("certificate {number} in it is none that an authority could have")]
    Broken {
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        #[source]
        source: webpki::Error,
    },
}

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

impl Authority {
    /// Amazon.
    ///
    /// # Errors
    /// Never: a test reads what is built in.
    pub fn amazon() -> Result<Self, AuthorityError> {
        Ok(Self {
            intermediates: certificates(INTERMEDIATES)?.into(),
            ..Self::of(ROOTS)?
        })
    }

    /// Those in this PEM, and no others.
    ///
    /// # Errors
    /// If there are none in it.
    pub fn of(pem: &[u8]) -> Result<Self, AuthorityError> {
        let certificates = certificates(pem)?;
        if certificates.is_empty() {
            return Err(AuthorityError::Empty);
        }
        let anchors = certificates.iter().enumerate().map(|(index, certificate)| {
            let anchor = anchor_from_trusted_cert(certificate).map(|anchor| anchor.to_owned());
            anchor.map_err(|source| AuthorityError::Broken {
                number: index + 1,
                source,
            })
        });
        Ok(Self {
            roots: anchors.collect::<Result<Vec<_>, _>>()?.into(),
            intermediates: Arc::default(),
        })
    }

    /// Whether a message is signed by SNS in the region of this topic, with the key of the first certificate in this PEM. `now` is the time at which the certificates must be good.
    pub(super) fn check(&self, pem: &[u8], signed: &Signed, home: Home<'_>, now: Timestamp) -> Result<(), NotTrusted> {
        let chain = certificates(pem).map_err(|_| NotTrusted::Unreadable)?;
        if chain.len() > MOST_CERTIFICATES {
            return Err(NotTrusted::TooMany);
        }
        let (leaf, between) = chain.split_first().ok_or(NotTrusted::Unreadable)?;
        let leaf = EndEntityCert::try_from(leaf).map_err(|_| NotTrusted::Unreadable)?;
        let names = names(home);
        let is_named = names.iter().any(|name| {
            let name = ServerName::try_from(name.as_str());
            name.is_ok_and(|name| leaf.verify_is_valid_for_subject_name(&name).is_ok())
        });
        if !is_named {
            return Err(NotTrusted::OtherName(names.join(" or ")));
        }
        let between: Vec<_> = between.iter().chain(self.intermediates.iter()).cloned().collect();
        leaf.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &self.roots,
            &between,
            unix(now),
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map_err(NotTrusted::of)?;
        let algorithm: &dyn SignatureVerificationAlgorithm = match signed.version {
            SignatureVersion::Sha1 => &RSA_SHA1,
            SignatureVersion::Sha256 => webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256,
        };
        leaf.verify_signature(algorithm, signed.text.as_bytes(), &signed.signature)
            .map_err(|_| NotTrusted::Signature)
    }
}

impl NotTrusted {
    fn of(error: webpki::Error) -> Self {
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

/// The names that SNS's certificates have in a region: one for all of the older regions, and of their own in those that have to be opted into, in GovCloud and in China.
fn names(Home { region, suffix }: Home<'_>) -> Vec<String> {
    let mut names = vec![
        format!("sns.{suffix}"),
        format!("sns.{region}.{suffix}"),
        format!("sns-signing.{region}.{suffix}"),
        format!("sns-{region}.{suffix}"),
    ];
    if region == "us-gov-east-1" {
        names.push(format!("sns-us-gov-west-1.{suffix}"));
    }
    names
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, AuthorityError> {
    let certificates = CertificateDer::pem_slice_iter(pem);
    certificates
        .collect::<Result<_, _>>()
        .map_err(AuthorityError::Unreadable)
}

fn unix(time: Timestamp) -> UnixTime {
    let seconds = u64::try_from(time.as_second()).unwrap_or_default();
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}

fn time(unix: UnixTime) -> Timestamp {
    let seconds = i64::try_from(unix.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// RSA with PKCS #1 v1.5 and SHA-1, for messages of SignatureVersion 1 and for nothing else: no chain is checked by it.
#[derive(Debug)]
struct RsaSha1;

static RSA_SHA1: RsaSha1 = RsaSha1;

/// `sha1WithRSAEncryption`, 1.2.840.113549.1.1.5, with parameters of NULL (RFC 8017).
const SHA1_WITH_RSA: AlgorithmIdentifier = AlgorithmIdentifier::from_slice(&[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
]);

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, public_key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        SHA1_WITH_RSA
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::text::with_causes;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";
    const ROOT: &[u8] = include_bytes!("../../../../../tests/certificates/sns/root.pem");
    const GENUINE: &str = include_str!("../../../../../tests/certificates/sns/genuine.pem");
    const VERSION_1: &[u8] = include_bytes!("../../../../../tests/certificates/sns/version-1.json");

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn check(pem: &str, signed: &Signed) -> Result<(), NotTrusted> {
        let home = Home::of(TOPIC).unwrap();
        let authority = Authority::of(ROOT).unwrap();
        authority.check(pem.as_bytes(), signed, home, at("2026-03-01T12:00:00Z"))
    }

    fn why(pem: &str) -> String {
        with_causes(&check(pem, &Signed::read(VERSION_1).unwrap()).unwrap_err())
    }

    #[test]
    fn what_the_test_authority_signed_is_believed() {
        check(GENUINE, &Signed::read(VERSION_1).unwrap()).unwrap();
    }

    #[rstest]
    #[case::message(|signed: &mut Signed| signed.text = signed.text.replace("Excessive", "Excessivf"))]
    #[case::one_byte_of_the_signature(|signed: &mut Signed| signed.signature[100] ^= 1)]
    #[case::a_short_signature(|signed: &mut Signed| signed.signature.truncate(255))]
    #[case::no_signature(|signed: &mut Signed| signed.signature.clear())]
    #[case::the_other_version(|signed: &mut Signed| signed.version = SignatureVersion::Sha256)]
    #[case::a_line_more(|signed: &mut Signed| signed.text.push_str("Type\nNotification\n"))]
    fn what_was_changed_afterwards_is_not(#[case] change: fn(&mut Signed)) {
        let mut signed = Signed::read(VERSION_1).unwrap();
        let before = signed.text.clone();
        change(&mut signed);
        let refused = check(GENUINE, &signed);
        assert!(
            matches!(refused, Err(NotTrusted::Signature)),
            "{refused:?} {}",
            before == signed.text
        );
    }

    #[test]
    fn each_certificate_that_is_not_sns_own_is_refused_for_its_own_reason() {
        let told = [
            why(include_str!("../../../../../tests/certificates/sns/expired.pem")),
            why(include_str!("../../../../../tests/certificates/sns/not-yet.pem")),
            why(include_str!("../../../../../tests/certificates/sns/cut-chain.pem")),
            why(include_str!("../../../../../tests/certificates/sns/stranger.pem")),
            why(include_str!("../../../../../tests/certificates/sns/other-name.pem")),
            why(include_str!("../../../../../tests/certificates/sns/other-region.pem")),
            why(include_str!("../../../../../tests/certificates/sns/for-clients.pem")),
            why(include_str!("../../../../../tests/certificates/sns/elliptic.pem")),
            why(include_str!("../../../../../tests/certificates/sns/short.pem")),
            why(include_str!("../../../../../tests/certificates/sns/root.pem")),
            why(""),
            why("-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n"),
            why("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            why(&GENUINE.repeat(5)),
        ];
        insta::assert_snapshot!(told.join("\n"), @r#"
the certificate that it is signed by, or one above it, expired at 2021-01-01T00:00:00Z
the certificate that it is signed by, or one above it, is not valid before 2048-01-01T00:00:00Z
no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has
no authority that is trusted issued the certificate that it is signed by: those are Amazon's own, or the ones that door.sns.roots has
the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
the certificate that it is signed by is not one of a server
its Signature does not fit: somebody changed the message, or another than SNS signed it
its Signature does not fit: somebody changed the message, or another than SNS signed it
the certificate that it is signed by is not SNS's in the topic's region, where it is named sns.amazonaws.com or sns.eu-west-1.amazonaws.com or sns-signing.eu-west-1.amazonaws.com or sns-eu-west-1.amazonaws.com
what is at its SigningCertURL is no certificate in PEM
what is at its SigningCertURL is no certificate in PEM
what is at its SigningCertURL is no certificate in PEM
at its SigningCertURL there are more than 8 certificates
"#);
    }

    /// A certificate that SNS signs with in the region af-south-1, as it served it in October 2026.
    #[test]
    fn amazons_own_certificate_is_trusted_in_its_region_and_in_its_time() {
        let pem = include_bytes!("../../../../../tests/certificates/sns/amazons-own.pem");
        let signed = Signed::read(VERSION_1).unwrap();
        let amazon = Authority::amazon().unwrap();
        let check = |region: &str, time| {
            let topic = format!("arn:aws:sns:{region}:111122223333:alerts");
            amazon
                .check(pem, &signed, Home::of(&topic).unwrap(), at(time))
                .unwrap_err()
        };
        // The message is not signed by it, and only that is wrong.
        assert!(matches!(
            check("af-south-1", "2026-10-02T18:00:00Z"),
            NotTrusted::Signature
        ));
        assert!(matches!(
            check("eu-west-1", "2026-10-02T18:00:00Z"),
            NotTrusted::OtherName(_)
        ));
        assert!(matches!(
            check("af-south-1", "2027-10-02T18:00:00Z"),
            NotTrusted::Expired(_)
        ));
        assert!(matches!(
            check("af-south-1", "2026-01-02T18:00:00Z"),
            NotTrusted::NotYet(_)
        ));
    }

    #[test]
    fn by_amazon_nobody_else_is_trusted() {
        let home = Home::of(TOPIC).unwrap();
        let signed = Signed::read(VERSION_1).unwrap();
        let refused = Authority::amazon()
            .unwrap()
            .check(GENUINE.as_bytes(), &signed, home, at("2026-03-01T12:00:00Z"));
        assert!(matches!(refused, Err(NotTrusted::UnknownIssuer)), "{refused:?}");
    }

    #[test]
    fn authorities_that_can_not_be_read_are_none() {
        assert!(matches!(Authority::of(b""), Err(AuthorityError::Empty)));
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(
            Authority::of(broken),
            Err(AuthorityError::Broken { number: 1, .. })
        ));
    }
}
