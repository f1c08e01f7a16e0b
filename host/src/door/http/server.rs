//! Serving: connections in, requests through the router, and an end to senders that dawdle.
//!
//! axum's own server waits for ever for a request's head, so that a few hundred idle connections could close the door to all others.

use std::{convert::Infallible, pin::pin, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// How long to wait when the system has no more connections to give, so that those who are in can leave.
const OUT_OF_CONNECTIONS: Duration = Duration::from_secs(1);

/// A server that takes connections.
pub(super) struct Server {
    router: Router,
    head_timeout: Duration,
    connections: JoinSet<()>,
}

impl Server {
    /// A server that gives a sender so long for a request's head.
    pub(super) fn new(router: Router, head_timeout: Duration) -> Self {
        Self {
            router,
            head_timeout,
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
            match listener.accept().await {
                Ok((stream, _)) => {
                    let connection = serve(stream, self.router.clone(), self.head_timeout, stop.clone());
                    self.connections.spawn(connection);
                }
                Err(error) => {
                    tracing::warn!("a connection could not be taken: {error}");
                    tokio::time::sleep(OUT_OF_CONNECTIONS).await;
                }
            }
            while self.connections.try_join_next().is_some() {}
        }
    }
}

/// Serves one connection: request after request, until the sender has no more or the door closes.
async fn serve(stream: TcpStream, router: Router, head_timeout: Duration, stop: CancellationToken) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
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
