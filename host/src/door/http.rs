//! The HTTP door: `POST /alerts/DETECTOR`, and a look at what became of it; `GET /holds` and `POST /orders` for people.
//!
//! An alert is answered with 202 as soon as the journal has it; what came of it stands at the address in `Location`.

mod admission;
mod answer;
mod holds;
mod orders;
mod routes;
mod server;
pub mod sns;
mod text;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) use self::routes::{Waits, router};
use self::{server::Server, sns::SnsOptions};
use super::{Door, DoorError};
use crate::{secret::LiveSecret, way::Host};

/// What the journal calls it.
const KIND: &str = "http";

/// How long a person's order may take: several calls to AWS at each of several network ACLs, each with retries.
pub const ORDER_TIMEOUT: Duration = Duration::from_secs(50);

/// The status of an order that the journal has, though something at AWS failed. The answer's body says what, as that of an order that is carried out.
pub const CARRIED_OUT_IN_PART: StatusCode = StatusCode::BAD_GATEWAY;

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The address to listen on. Port 0 is any free one.
    pub listen: SocketAddr,
    /// What is asked of each request.
    pub terms: RequestTerms,
    /// How long requests may go on after the door was told to close.
    pub grace: Duration,
}

/// What is asked of each request.
#[derive(Debug, Clone)]
pub struct RequestTerms {
    /// What senders must show as `Authorization: Bearer …`. None only where nobody from outside can come; the configuration sees to that.
    pub token: Option<LiveSecret>,
    /// The most bytes that a request may have.
    pub max_body: usize,
    /// How long a sender may take for a request's head, and then for the rest of it and our answer together. An order may take
    /// [`ORDER_TIMEOUT`].
    pub timeout: Duration,
    /// The topics of SNS that send here. None: there is no such address.
    pub sns: Option<SnsOptions>,
}

/// The HTTP door, open.
pub struct HttpDoor {
    listener: TcpListener,
    address: SocketAddr,
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
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self {
            listener,
            address,
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
        Ok(format!("{} is free", self.address))
    }

    /// Requests that are under way when it is told to stop may end, within the grace.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let router = router(host, &self.options.terms);
        let server = Server::new(router, self.options.terms.timeout);
        let cut_off = server.run(self.listener, stop, self.options.grace).await;
        if cut_off > 0 {
            tracing::warn!(
                cut_off,
                "some requests did not end within http.shutdown-grace and were cut off; what was answered with 202 is in the journal"
            );
        }
    }
}
