//! The HTTP door: `POST /alerts/DETECTOR`, and a look at what became of it; `GET /holds` and `POST /orders` for people, `GET /metrics` for a monitoring system.
//!
//! An alert is answered with 202 as soon as the journal has it; what came of it stands at the address in `Location`.

mod admission;
mod answer;
mod approvals;
mod bearer;
mod called;
mod gather;
mod holds;
mod impatient;
mod metrics;
pub mod not_pem;
mod orders;
mod peer;
mod rate;
mod refusals;
mod routes;
mod server;
pub mod sns;
mod text;
pub(crate) mod tls;
pub mod webhook;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) use self::peer::Peer;
#[cfg(feature = "aws")]
pub(super) use self::routes::Waits;
pub use self::{
    admission::Powers,
    bearer::TokenHashes,
    routes::router,
    server::ConnectionTerms,
    tls::{TlsError, TlsFiles},
};
use self::{server::Server, sns::SnsOptions, tls::Tls, webhook::Webhooks};
use super::{Door, DoorError};
use crate::{alert::Detector, secret::LiveSecret, way::Host};

/// What the journal calls it.
const KIND: &str = "http";

/// How long a person's order may take: several calls to AWS at each of several network ACLs, each with retries.
pub const ORDER_TIMEOUT: Duration = Duration::from_secs(50);

/// The status of an order that the journal has, though something at AWS failed. The answer's body says what, as that of an order that is carried out.
pub const CARRIED_OUT_IN_PART: StatusCode = StatusCode::BAD_GATEWAY;

/// The most bytes of bodies that are on their way at the same time.
const BODIES: usize = 64 * 1024 * 1024;

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The address to listen on. Port 0 is any free one.
    pub listen: SocketAddr,
    /// What is asked of connections.
    pub connections: ConnectionTerms,
    /// The certificate with which TLS is spoken. None: none is.
    pub tls: Option<TlsFiles>,
    /// What is asked of each request.
    pub terms: RequestTerms,
    /// How long requests may go on after the door was told to close.
    pub grace: Duration,
}

/// What is asked of each request.
#[derive(Debug, Clone)]
pub struct RequestTerms {
    /// By what somebody may send, read and act.
    pub powers: Powers,
    /// Whose alerts come to `/alerts/…`. Empty: those of every detector.
    pub detectors: Vec<Detector>,
    /// The most bytes that a request may have.
    pub max_body: usize,
    /// The most bytes that all requests may have that are on their way. At least `max_body`.
    pub bodies: usize,
    /// How long a sender may take for a request's body and our answer together. An order may take [`ORDER_TIMEOUT`].
    pub timeout: Duration,
    /// How many requests a minute may come from one address. None: it is not counted.
    pub requests_a_minute: Option<u32>,
    /// The key that approval links are signed with. None: there is no such address.
    pub approvals: Option<LiveSecret>,
    /// The topics of SNS that send here. None: there is no such address.
    pub sns: Option<SnsOptions>,
    /// Ways in for single senders.
    pub webhooks: Webhooks,
}

/// A door for everybody who can reach it.
impl Default for RequestTerms {
    fn default() -> Self {
        Self {
            powers: Powers::of(None),
            detectors: Vec::new(),
            max_body: 1024 * 1024,
            bodies: BODIES,
            timeout: Duration::from_secs(10),
            requests_a_minute: None,
            approvals: None,
            sns: None,
            webhooks: Webhooks::new(),
        }
    }
}

/// The HTTP door, open.
pub struct HttpDoor {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    options: HttpOptions,
}

impl HttpDoor {
    /// Opens the door: from now on the address is taken, and who knocks waits until [`Door::serve`] runs.
    pub async fn open(options: HttpOptions) -> Result<Self, DoorError> {
        let listen = |source| DoorError::Listen {
            address: options.listen,
            key: "http.listen",
            source,
        };
        let tls = options.tls.clone().map(Tls::new).transpose()?;
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self {
            listener,
            address,
            tls,
            options,
        })
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

#[async_trait]
impl Door for HttpDoor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn place(&self) -> String {
        self.address.to_string()
    }

    async fn examine(&self) -> Result<String, DoorError> {
        let address = self.address;
        Ok(match &self.options.tls {
            None if address.ip().is_loopback() => format!("{address} is free"),
            None => format!("{address} is free; TLS is not spoken there, so something in front of it must"),
            Some(TlsFiles { client_ca: None, .. }) => format!("{address} is free, and TLS is spoken there"),
            Some(_) => format!("{address} is free, and TLS is spoken there with who shows a certificate"),
        })
    }

    /// Requests that are under way when it is told to stop may end, within the grace.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let router = router(host, &self.options.terms);
        let server = Server::new(router, self.options.connections, self.tls);
        let cut_off = server.run(self.listener, stop, self.options.grace).await;
        if cut_off > 0 {
            tracing::warn!(
                cut_off,
                "some requests did not end within http.shutdown-grace and were cut off; what was answered with 202 is in the journal"
            );
        }
    }
}
