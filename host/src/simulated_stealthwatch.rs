//! A Stealthwatch Cloud API on this machine, for the demonstration and for tests: its envelope, its paging, its key, and
//! the ways in which a real one fails.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

/// The most observations that a page has, as with the real API.
const MAX_PAGE: usize = 1000;

/// A simulated API on a free port of the loopback address. It stops when it is dropped.
#[derive(Debug)]
pub struct SimulatedStealthwatch {
    base_url: Url,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

/// A way to fail. It lasts until another is set.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This status for so many requests; then all is well.
    Status {
        /// Such as 503.
        code: u16,
        /// For how many requests.
        times: u32,
        /// The header `Retry-After`, in seconds.
        retry_after: Option<u32>,
    },
    /// Every answer comes so late.
    Slow(Duration),
    /// A web page that repeats the request's headers, the key included, as debug pages do.
    NotJson,
    /// An answer that never ends.
    EndlessBody,
    /// A total of so many observations, whatever there is.
    LyingTotal(u64),
    /// This address as that of the next page.
    Next(String),
    /// The first page, whatever offset is asked for.
    RepeatedPage,
    /// A redirect to this address.
    Redirect(Url),
}

#[derive(Debug)]
struct Shared {
    observations: BTreeMap<String, Vec<Value>>,
    state: Mutex<Behaviour>,
}

#[derive(Debug, Default)]
struct Behaviour {
    fault: Option<Fault>,
    requests: u32,
}

impl SimulatedStealthwatch {
    /// The user that the API knows.
    pub const USER: &str = "quell@example.com";
    /// Its key. It opens nothing but this simulation.
    pub const KEY: &str = "simulated-key";

    /// Starts an API with these observations, by alert id. Must be called in a Tokio runtime, which the server runs in.
    ///
    /// # Errors
    ///
    /// If no port of the loopback address can be had.
    pub async fn start(observations: BTreeMap<String, Vec<Value>>) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = format!("http://{}/api/v3/", listener.local_addr()?);
        let base_url = Url::parse(&url).map_err(io::Error::other)?;
        let shared = Arc::new(Shared {
            observations,
            state: Mutex::default(),
        });
        let routes = Router::new()
            .route("/api/v3/observations/all/", get(answer))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // A server on loopback ends only with its task.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self {
            base_url,
            shared,
            server,
        })
    }

    /// Where the API is.
    pub fn base_url(&self) -> Url {
        self.base_url.clone()
    }

    /// From now on the API fails in this way.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.behaviour().fault = Some(fault);
    }

    /// From now on all is well.
    pub fn clear_fault(&self) {
        self.shared.behaviour().fault = None;
    }

    /// How many requests came, refused ones included.
    pub fn requests(&self) -> u32 {
        self.shared.behaviour().requests
    }
}

impl Drop for SimulatedStealthwatch {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request and says how to fail it. The lock is not held while the request is answered.
    fn next_fault(&self) -> Option<Fault> {
        let mut behaviour = self.behaviour();
        behaviour.requests += 1;
        match &mut behaviour.fault {
            Some(Fault::Status { times: 0, .. }) => None,
            Some(Fault::Status {
                times,
                code,
                retry_after,
            }) => {
                *times -= 1;
                Some(Fault::Status {
                    code: *code,
                    times: *times,
                    retry_after: *retry_after,
                })
            }
            other => other.clone(),
        }
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let fault = shared.next_fault();
    let expected = format!("ApiKey {}:{}", SimulatedStealthwatch::USER, SimulatedStealthwatch::KEY);
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(expected.as_str()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match &fault {
        Some(Fault::Status { code, retry_after, .. }) => return status(*code, *retry_after),
        Some(Fault::Slow(wait)) => tokio::time::sleep(*wait).await,
        Some(Fault::NotJson) => {
            let page = format!("<html><body>Sign in. You sent: {given:?}</body></html>");
            return ([(CONTENT_TYPE, "text/html")], page).into_response();
        }
        Some(Fault::EndlessBody) => return endless(),
        Some(Fault::Redirect(to)) => return (StatusCode::FOUND, [(LOCATION, to.to_string())]).into_response(),
        _ => {}
    }
    let all = query.get("alert").and_then(|alert| shared.observations.get(alert));
    axum::Json(page(all.map_or(&[], Vec::as_slice), &query, fault)).into_response()
}

fn page(all: &[Value], query: &HashMap<String, String>, fault: Option<Fault>) -> Value {
    let number = |key: &str| query.get(key).and_then(|text| text.parse::<usize>().ok());
    let limit = number("limit").unwrap_or(MAX_PAGE).min(MAX_PAGE);
    let offset = match fault {
        Some(Fault::RepeatedPage) => 0,
        _ => number("offset").unwrap_or(0),
    };
    let objects: Vec<_> = all.iter().skip(offset).take(limit).collect();
    let total = match fault {
        Some(Fault::LyingTotal(total)) => total,
        _ => all.len() as u64,
    };
    let next = match fault {
        Some(Fault::Next(next)) => Some(next),
        _ => None,
    };
    json!({
        "meta": {"limit": limit, "next": next, "offset": offset, "previous": null, "total_count": total},
        "objects": objects
    })
}

fn status(code: u16, retry_after: Option<u32>) -> Response {
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match retry_after {
        Some(seconds) => (code, [(RETRY_AFTER, seconds.to_string())]).into_response(),
        None => code.into_response(),
    }
}

fn endless() -> Response {
    let start = Bytes::from_static(b"{\"objects\": [\"");
    let more = futures::stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(&[b'x'; 4096])));
    let chunks = futures::StreamExt::chain(futures::stream::iter([Ok(start)]), more);
    Body::from_stream(chunks).into_response()
}
