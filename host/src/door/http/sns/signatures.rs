//! Whether SNS sent a message: its signature, by a certificate of SNS, and of now.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::{
    amazon::{Home, NotAmazons},
    authority::{Authority, NotTrusted},
    certificates::{Certificates, FetchCertificate, FetchError},
    freshness::{self, NotFresh},
    signed::{NotSigned, Signed},
    signing_cert_url::NoSigningCertUrl,
};

/// How the messages of some topics are checked. Copies share the certificates that were fetched.
#[derive(Debug, Clone)]
pub struct Signatures {
    authority: Authority,
    window: Duration,
    certificates: Arc<Certificates>,
}

/// Why a message is not taken for one of SNS.
#[derive(Debug, thiserror::Error)]
pub enum NotGenuine {
    /// By what stands in it alone.
    #[error(transparent)]
    Signed(#[from] NotSigned),
    /// By its time.
    #[error(transparent)]
    Fresh(#[from] NotFresh),
    /// The certificate can't be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The certificate is not to be trusted, or did not sign this.
    #[error(transparent)]
    Trusted(#[from] NotTrusted),
}

impl NotGenuine {
    /// Whether the same message may be taken when it comes again: nobody knows yet whether it is genuine.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.may_pass())
    }
}

impl Signatures {
    /// Signatures by certificates of this authority, of messages that are no older than the window.
    pub fn new(authority: Authority, window: Duration, fetch: Arc<dyn FetchCertificate>) -> Self {
        Self {
            authority,
            window,
            certificates: Arc::new(Certificates::new(fetch)),
        }
    }

    /// Whether SNS sent this message of this topic. Nothing is fetched for one that is wrong by what stands in it.
    ///
    /// # Errors
    /// Why it is not taken for one of SNS.
    pub async fn check(&self, body: &[u8], topic: &str, now: Timestamp) -> Result<(), NotGenuine> {
        let signed = Signed::read(body)?;
        freshness::check(&signed.timestamp, now, self.window)?;
        let elsewhere = NotSigned::Certificate(NoSigningCertUrl::NotAmazons(NotAmazons::OtherHost));
        let home = Home::of(topic).ok_or(elsewhere)?;
        let pem = self.certificates.get(&signed.certificate).await?;
        self.authority.check(&pem, &signed, home, now)?;
        Ok(())
    }
}
