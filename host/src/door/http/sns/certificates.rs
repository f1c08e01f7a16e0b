//! The certificates that messages are signed by: fetched once, and kept for a while.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::StatusCode;
use tokio::time::Instant;

use super::{amazon::AtAmazon, signing_cert_url::SigningCertUrl};
use crate::text::with_causes;

/// How long a certificate is kept before it is fetched anew. Amazon puts another one at another address.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an address from which nothing could be had is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(60);
/// The most certificates that are kept, and the most addresses that are left alone. A region has one certificate at a time, and two in a time of change.
const MOST: usize = 64;
/// The most fetches in [`PERIOD`]: whoever invents addresses can't make Quell fetch for ever.
const MOST_FETCHES: usize = 30;
const PERIOD: Duration = Duration::from_secs(60);
/// The most bytes of a certificate with those above it. Amazon's have some 2 KB.
const MOST_BYTES: usize = 64 * 1024;

/// Who fetches certificates. There is [`AtAmazon`] and, in tests, somebody who has them.
#[async_trait]
pub trait FetchCertificate: fmt::Debug + Send + Sync {
    /// Fetches what is there.
    ///
    /// # Errors
    /// If Amazon can't be reached, or has nothing there.
    async fn fetch(&self, url: &SigningCertUrl) -> Result<Bytes, FetchError>;
}

/// Why a certificate can't be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is no answer.
    #[error("Amazon SNS can't be reached for the certificate that it is signed by")]
    Unreachable(#[source] reqwest::Error),
    /// The answer is no, or to look elsewhere.
    #[error("Amazon SNS answers {0} for the certificate that it is said to be signed by")]
    Refused(StatusCode),
    /// More than a certificate has.
    #[error("at its SigningCertURL there are more than {MOST_BYTES} bytes, which no certificate has")]
    TooLong,
    /// It was asked for a moment ago.
    #[error("its certificate could not be had a moment ago: {0}")]
    LeftAlone(String),
    /// Somebody invents addresses.
    #[error("more than {MOST_FETCHES} certificates were asked for in a minute")]
    TooMany,
}

impl FetchError {
    /// Whether another try may end otherwise.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TooMany | Self::LeftAlone(_) => true,
            Self::Refused(status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::TooLong => false,
        }
    }
}

#[async_trait]
impl FetchCertificate for AtAmazon {
    async fn fetch(&self, url: &SigningCertUrl) -> Result<Bytes, FetchError> {
        let mut answer = self
            .0
            .get(url.url().clone())
            .send()
            .await
            .map_err(FetchError::Unreachable)?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Refused(answer.status()));
        }
        let mut pem = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(FetchError::Unreachable)? {
            if pem.len() + chunk.len() > MOST_BYTES {
                return Err(FetchError::TooLong);
            }
            pem.extend_from_slice(&chunk);
        }
        Ok(pem.into())
    }
}

/// The certificates that were fetched, and those that could not be.
#[derive(Debug)]
pub(super) struct Certificates {
    fetch: Arc<dyn FetchCertificate>,
    state: Mutex<State>,
    /// One fetch at a time; who waits for it finds what it brought.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    kept: HashMap<SigningCertUrl, (Bytes, Instant)>,
    left_alone: HashMap<SigningCertUrl, (String, Instant)>,
    /// When the last fetches began.
    fetches: Vec<Instant>,
}

impl Certificates {
    pub(super) fn new(fetch: Arc<dyn FetchCertificate>) -> Self {
        Self {
            fetch,
            state: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// What is at this address; what was there before, if nobody can say at the moment. Its dates are checked with each message anyway, and whoever invents addresses, so
    /// that no more are fetched, must not make that worthless which is known.
    pub(super) async fn get(&self, url: &SigningCertUrl) -> Result<Bytes, FetchError> {
        match self.fresh(url).await {
            Err(error) if error.may_pass() => self.state().kept(url).ok_or(error),
            fetched => fetched,
        }
    }

    async fn fresh(&self, url: &SigningCertUrl) -> Result<Bytes, FetchError> {
        if let Some(known) = self.state().known(url) {
            return known;
        }
        let _one_at_a_time = self.fetching.lock().await;
        if let Some(known) = self.state().known(url) {
            return known;
        }
        self.state().begin()?;
        let fetched = self.fetch.fetch(url).await;
        self.state().end(url, &fetched);
        fetched
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn known(&self, url: &SigningCertUrl) -> Option<Result<Bytes, FetchError>> {
        if let Some((pem, since)) = self.kept.get(url)
            && since.elapsed() < KEPT
        {
            return Some(Ok(pem.clone()));
        }
        let (why, since) = self.left_alone.get(url)?;
        (since.elapsed() < LEFT_ALONE).then(|| Err(FetchError::LeftAlone(why.clone())))
    }

    /// However long it is kept already.
    fn kept(&self, url: &SigningCertUrl) -> Option<Bytes> {
        self.kept.get(url).map(|(pem, _)| pem.clone())
    }

    fn begin(&mut self) -> Result<(), FetchError> {
        self.fetches.retain(|begun| begun.elapsed() < PERIOD);
        if self.fetches.len() >= MOST_FETCHES {
            return Err(FetchError::TooMany);
        }
        self.fetches.push(Instant::now());
        Ok(())
    }

    fn end(&mut self, url: &SigningCertUrl, fetched: &Result<Bytes, FetchError>) {
        match fetched {
            Ok(pem) => {
                self.left_alone.remove(url);
                insert(&mut self.kept, url, pem.clone());
            }
            Err(error) => {
                if !error.may_pass() {
                    self.kept.remove(url);
                }
                insert(&mut self.left_alone, url, with_causes(error));
            }
        }
    }
}

/// One more than there may be puts out the oldest.
fn insert<T>(entries: &mut HashMap<SigningCertUrl, (T, Instant)>, url: &SigningCertUrl, value: T) {
    if entries.len() >= MOST && !entries.contains_key(url) {
        let oldest = entries.iter().min_by_key(|(_, (_, since))| *since);
        if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
            entries.remove(&oldest);
        }
    }
    entries.insert(url.clone(), (value, Instant::now()));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";

    /// Has what is at even numbers, and counts how often it was asked.
    #[derive(Debug, Default)]
    struct Counting(AtomicUsize);

    #[async_trait]
    impl FetchCertificate for Counting {
        async fn fetch(&self, url: &SigningCertUrl) -> Result<Bytes, FetchError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            match url.url().path().ends_with("0.pem") {
                true => Ok(Bytes::from(url.to_string())),
                false => Err(FetchError::Refused(StatusCode::NOT_FOUND)),
            }
        }
    }

    fn url(number: &str) -> SigningCertUrl {
        let url = format!("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-{number}.pem");
        SigningCertUrl::read(&url, TOPIC).unwrap()
    }

    #[tokio::test]
    async fn a_certificate_is_fetched_once_however_many_messages_come() {
        let counting = Arc::new(Counting::default());
        let certificates = Certificates::new(counting.clone());
        let url = url("a0");
        let gets = (0..100).map(|_| certificates.get(&url));
        for got in futures::future::join_all(gets).await {
            assert_eq!(got.unwrap(), url.to_string());
        }
        assert_eq!(counting.0.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn an_address_with_nothing_there_is_left_alone_for_a_while() {
        let counting = Arc::new(Counting::default());
        let certificates = Certificates::new(counting.clone());
        let first = certificates.get(&url("a1")).await.unwrap_err();
        let again = certificates.get(&url("a1")).await.unwrap_err();
        insta::assert_snapshot!(format!("{first}\n{again}"), @r#"
Amazon SNS answers 404 Not Found for the certificate that it is said to be signed by
its certificate could not be had a moment ago: Amazon SNS answers 404 Not Found for the certificate that it is said to be signed by
"#);
        assert_eq!(counting.0.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn whoever_invents_addresses_does_not_make_quell_fetch_for_ever() {
        let counting = Arc::new(Counting::default());
        let certificates = Certificates::new(counting.clone());
        certificates.get(&url("a0")).await.unwrap();
        for number in 0..1000 {
            certificates.get(&url(&format!("{number}1"))).await.unwrap_err();
        }
        assert_eq!(counting.0.load(Ordering::Relaxed), MOST_FETCHES);
        {
            let state = certificates.state();
            assert!(state.kept.len() <= MOST && state.left_alone.len() <= MOST && state.fetches.len() <= MOST_FETCHES);
        }
        // What is kept is still there.
        certificates.get(&url("a0")).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_invents_addresses_makes_no_certificate_worthless_that_should_be_fetched_anew() {
        let counting = Arc::new(Counting::default());
        let certificates = Certificates::new(counting.clone());
        certificates.get(&url("a0")).await.unwrap();
        tokio::time::advance(KEPT).await;
        for number in 0..100 {
            certificates.get(&url(&format!("{number}1"))).await.unwrap_err();
        }
        certificates.get(&url("a0")).await.unwrap();
        assert_eq!(counting.0.load(Ordering::Relaxed), 1 + MOST_FETCHES);
        // Later it is fetched anew.
        tokio::time::advance(PERIOD).await;
        certificates.get(&url("a0")).await.unwrap();
        assert_eq!(counting.0.load(Ordering::Relaxed), 2 + MOST_FETCHES);
    }
}
