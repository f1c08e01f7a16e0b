//! A proxy between `quell` and EC2 that brings trouble: it kills the process at a chosen request, answers late, loses answers, throttles, and answers
//! with yesterday's state. DynamoDB's answers it cuts into pieces. Dry runs it answers by itself, because moto takes some of them for the real thing.
//!
//! It understands of the API just enough to know what each request is about, and it writes all of them down.

mod answer;
mod connection;
mod mishaps;
mod pieces;
mod request;
mod trouble;

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::fault::Weather;

use self::mishaps::Mishaps;
pub use self::{
    mishaps::{FIRST_MISHAP, MISHAPS},
    request::AwsRequest,
    trouble::{Kind, Moment, Trouble, Whom},
};

/// A proxy on a free port of the loopback address. It stops when it is dropped.
#[derive(Debug)]
pub struct Ec2Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// One request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The request.
    pub request: AwsRequest,
    /// What befell it, if anything did. An answer in pieces is one only if something was left out.
    pub befell: Option<Kind>,
    /// The status of EC2's own answer. None if the request did not get there.
    pub done: Option<u16>,
    /// The status that the client was sent. None if it was sent nothing.
    pub answered: Option<u16>,
}

impl Passed {
    /// Whether it is a write that EC2 has done.
    pub fn is_done_write(&self) -> bool {
        self.request.is_write() && self.done.is_some_and(|status| status < 300)
    }
}

#[derive(Debug)]
struct Shared {
    /// What is behind the proxy, as a URL without a path.
    behind: String,
    client: reqwest::Client,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    troubles: Vec<Trouble>,
    weather: Arc<Weather>,
    mishaps: Option<Mishaps>,
    passed: Vec<Passed>,
    /// The last true answer to each `DescribeNetworkAcls`, by the request's text.
    seen: HashMap<String, Bytes>,
    /// What is answered to each of them while yesterday lasts.
    yesterday: HashMap<String, Bytes>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ec2Proxy {
    /// Starts a proxy in front of this URL, which has no path. Must be called in a Tokio runtime, which the proxy runs in.
    ///
    /// # Errors
    ///
    /// If no port of the loopback address can be had.
    pub async fn start(behind: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let shared = Arc::new(Shared {
            behind: behind.to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .map_err(io::Error::other)?,
            state: Mutex::default(),
        });
        Ok(Self {
            address: listener.local_addr()?,
            server: tokio::spawn(connection::accept(listener, Arc::clone(&shared))),
            shared,
        })
    }

    /// Where it listens, for `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on there is this trouble too. Of several that are due for one request, the one that was set first befalls it.
    pub fn set(&self, trouble: Trouble) {
        let mut state = self.shared.state();
        if trouble.kind == Kind::Yesterday {
            state.yesterday = state.seen.clone();
        }
        state.troubles.push(trouble);
    }

    /// From now on requests go through this weather, those that no trouble befalls.
    pub fn weather(&self, weather: Arc<Weather>) {
        self.shared.state().weather = weather;
    }

    /// From now on mishaps befall the requests to DynamoDB, early and often, by this seed. A request that one of them keeps from being done comes to no other trouble, which does not count it either.
    pub fn mishaps(&self, seed: u64) {
        self.shared.state().mishaps = Some(Mishaps::of(seed));
    }

    /// From now on there is no trouble of this kind that was set. All else goes on.
    pub fn lift(&self, kind: &Kind) {
        self.shared.state().troubles.retain(|trouble| trouble.kind != *kind);
    }

    /// From now on there is no trouble, and the sky is clear.
    pub fn calm(&self) {
        let mut state = self.shared.state();
        state.troubles.clear();
        state.weather = Arc::default();
        state.mishaps = None;
    }

    /// How many requests came so far.
    pub fn count(&self) -> usize {
        self.shared.state().passed.len()
    }

    /// The requests that came after the first so many, oldest first.
    pub fn passed(&self, after: usize) -> Vec<Passed> {
        self.shared.state().passed.get(after..).unwrap_or_default().to_vec()
    }

    /// How many writes EC2 has done, after the first so many requests.
    pub fn writes(&self, after: usize) -> usize {
        self.passed(after).iter().filter(|it| it.is_done_write()).count()
    }
}

impl Drop for Ec2Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}
