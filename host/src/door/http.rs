//! The HTTP door: `POST /alerts/DETECTOR`, and a look at what became of it; `GET /holds` and `POST /orders` for people.
//!
//! An alert is answered with 202 as soon as the journal has it; what came of it stands at the address in `Location`.

mod admission;
mod answer;
mod holds;
mod orders;
mod routes;
mod server;
mod text;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[cfg(feature = "aws")]
pub(super) use self::routes::Waits;
pub(super) use self::routes::router;
use self::server::Server;
use crate::{secret::LiveSecret, way::Host};

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
}

/// What can go wrong with the door.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address can't be listened on.
    #[error("can't listen on {address} (http.listen): is another Quell running, or may only root use the port?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// An open door.
pub struct HttpDoor {
    listener: TcpListener,
    address: SocketAddr,
    options: HttpOptions,
}

impl HttpDoor {
    /// Opens the door: from now on the address is taken, and who knocks waits until [`Self::serve`] runs.
    pub async fn open(options: HttpOptions) -> Result<Self, HttpError> {
        let listen = |source| HttpError::Listen {
            address: options.listen,
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

    /// Lets alerts in until it is told to stop; then requests that are under way may end, within the grace.
    pub async fn serve(self, host: Arc<Host>, stop: CancellationToken) {
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
