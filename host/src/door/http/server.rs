//! Serving: connections in, requests through the router, and an end to senders that dawdle.
//!
//! axum's own server waits for ever for a request's head, so that a few hundred idle connections could close the door to all others.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use ipnet::IpNet;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{impatient::Impatient, peer::Peer, rate::sender, tls::Tls};

/// How long to wait when the system has no more connections to give, so that those who are in can leave.
const OUT_OF_CONNECTIONS: Duration = Duration::from_secs(1);

/// What is asked of connections, before there is a request.
#[derive(Debug, Clone)]
pub struct ConnectionTerms {
    /// From where they may come. Empty: from anywhere.
    pub from: Vec<IpNet>,
    /// The most at once. Who comes then waits.
    pub most: usize,
    /// The most at once from one address, or from one /64 of IPv6. Who comes then is turned away.
    pub most_of_one: usize,
    /// How long the handshake of TLS may take.
    pub handshake_timeout: Duration,
    /// How long a request's head may take, counted from the answer before it: so long a connection may be idle. And how long nothing of an answer may be taken.
    pub head_timeout: Duration,
    /// The most bytes of a request's head. At least 8192.
    pub max_head: usize,
    /// The most headers of a request.
    pub max_headers: usize,
}

impl Default for ConnectionTerms {
    fn default() -> Self {
        Self {
            from: Vec::new(),
            most: 1024,
            most_of_one: 256,
            handshake_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(10),
            max_head: 16 * 1024,
            max_headers: 64,
        }
    }
}

/// A server that takes connections.
pub(super) struct Server {
    router: Router,
    terms: ConnectionTerms,
    tls: Option<Tls>,
    places: Arc<Semaphore>,
    of_one: Arc<Mutex<HashMap<IpAddr, usize>>>,
    connections: JoinSet<()>,
}

impl Server {
    /// A server that asks this of connections, and speaks TLS with them if it has a certificate.
    pub(super) fn new(router: Router, terms: ConnectionTerms, tls: Option<Tls>) -> Self {
        Self {
            router,
            places: Arc::new(Semaphore::new(terms.most.min(Semaphore::MAX_PERMITS))),
            terms,
            tls,
            of_one: Arc::default(),
            connections: JoinSet::new(),
        }
    }

    /// Takes connections until it is told to stop. Then it takes no more, and ends when those that are there have, or after the grace.
    /// Says how many had to be cut off.
    pub(super) async fn run(mut self, listener: TcpListener, stop: CancellationToken, grace: Duration) -> usize {
        tokio::select! {
            never = self.take(&listener, &stop) => match never {},
            () = stop.cancelled() => drop(listener),
        }
        let all_ended = async { while self.connections.join_next().await.is_some() {} };
        let _out_of_patience = tokio::time::timeout(grace, all_ended).await;
        self.connections.len()
    }

    async fn take(&mut self, listener: &TcpListener, stop: &CancellationToken) -> Infallible {
        loop {
            // Who comes when all places are taken waits outside.
            let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
                continue;
            };
            match listener.accept().await {
                Ok((stream, address)) => self.let_in(stream, address, place, stop),
                Err(error) => {
                    tracing::warn!("a connection could not be taken: {error}");
                    tokio::time::sleep(OUT_OF_CONNECTIONS).await;
                }
            }
            while self.connections.try_join_next().is_some() {}
        }
    }

    fn let_in(
        &mut self,
        stream: TcpStream,
        address: SocketAddr,
        place: OwnedSemaphorePermit,
        stop: &CancellationToken,
    ) {
        let ip = address.ip().to_canonical();
        if !self.terms.from.is_empty() && !self.terms.from.iter().any(|prefix| prefix.contains(&ip)) {
            tracing::debug!("a connection from {ip} was closed (http.from)");
            return;
        }
        let Some(one_more) = OneMore::of(&self.of_one, sender(ip), self.terms.most_of_one) else {
            tracing::debug!("one connection too many from {ip} was closed (http.limits.connections-per-address)");
            return;
        };
        let (router, terms, stop) = (self.router.clone(), self.terms.clone(), stop.clone());
        let stream = Impatient::new(stream, terms.head_timeout);
        let acceptor = self.tls.as_ref().map(Tls::acceptor);
        self.connections.spawn(async move {
            let _as_long_as_it_lasts = (place, one_more);
            let Some(acceptor) = acceptor else {
                let peer = Peer {
                    address,
                    certificate: None,
                };
                return serve(stream, router, peer, &terms, stop).await;
            };
            match tokio::time::timeout(terms.handshake_timeout, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let certificates = stream.get_ref().1.peer_certificates();
                    let peer = Peer {
                        address,
                        certificate: certificates.and_then(|chain| Some(chain.first()?.clone().into_owned())),
                    };
                    serve(stream, router, peer, &terms, stop).await;
                }
                Ok(Err(error)) => tracing::debug!("no TLS could be spoken with {ip}: {error}"),
                Err(_) => tracing::debug!("the handshake of TLS with {ip} took too long"),
            }
        });
    }
}

/// One connection more of an address, for as long as it lasts.
struct OneMore {
    all: Arc<Mutex<HashMap<IpAddr, usize>>>,
    sender: IpAddr,
}

impl OneMore {
    /// None if there are as many as there may be.
    fn of(all: &Arc<Mutex<HashMap<IpAddr, usize>>>, sender: IpAddr, most: usize) -> Option<Self> {
        let mut counted = all.lock().unwrap_or_else(PoisonError::into_inner);
        let there = counted.entry(sender).or_default();
        if *there >= most {
            return None;
        }
        *there += 1;
        drop(counted);
        Some(Self {
            all: Arc::clone(all),
            sender,
        })
    }
}

impl Drop for OneMore {
    fn drop(&mut self) {
        let mut counted = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = counted.get_mut(&self.sender) {
            *there -= 1;
            if *there == 0 {
                counted.remove(&self.sender);
            }
        }
    }
}

/// Serves one connection: request after request, until the sender has no more or the door closes.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    peer: Peer,
    terms: &ConnectionTerms,
    stop: CancellationToken,
) {
    let service = TowerToHyperService::new(router.layer(Extension(peer)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(terms.head_timeout)
        .max_headers(terms.max_headers)
        .max_buf_size(terms.max_head)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!("a connection ended early: {error}");
    }
}
