//! Who may sign for SNS: a certificate of its own, by an authority that is trusted. No I/O.
//!
//! What SNS serves is the certificate alone, without the one between it and Amazon's roots, so those that Amazon issues by are here too. Revocation is not looked
//! at: Amazon's certificates for SNS live for half a year.

mod not_trusted;
mod rsa_sha1;

use std::sync::Arc;

use jiff::Timestamp;
use rustls_pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime, pem::PemObject,
};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

pub use self::not_trusted::NotTrusted;
use self::rsa_sha1::RsaSha1;
use super::{
    super::not_pem::NotPem,
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
    Unreadable(#[source] NotPem),
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
            SignatureVersion::Sha1 => &RsaSha1,
            SignatureVersion::Sha256 => webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256,
        };
        leaf.verify_signature(algorithm, signed.text.as_bytes(), &signed.signature)
            .map_err(|_| NotTrusted::Signature)
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
        .map_err(|error| AuthorityError::Unreadable(error.into()))
}

fn unix(time: Timestamp) -> UnixTime {
    let seconds = u64::try_from(time.as_second()).unwrap_or_default();
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
