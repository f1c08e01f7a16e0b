//! A Stealthwatch Cloud API on this machine, for the demonstration and for tests: its envelope, its paging, its alerts that can be commented on and closed, its key,
//! and the ways in which a real one fails.

mod alert;

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
        HeaderMap, HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

pub use self::alert::SimulatedAlert;

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
    /// Every answer comes so late. What was asked for is done at once.
    Slow(Duration),
    /// This status for every request, with a page that repeats the request's headers, the key included. Nothing is done.
    Echo(u16),
    /// What was asked for is done, and answered with 500.
    DoneButFails,
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

#[derive(Debug)]
struct Behaviour {
    fault: Option<Fault>,
    requests: u32,
    key: SecretString,
    alerts: BTreeMap<String, SimulatedAlert>,
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
        let behaviour = Behaviour {
            fault: None,
            requests: 0,
            key: SecretString::from(Self::KEY),
            alerts: observations
                .keys()
                .map(|id| (id.clone(), SimulatedAlert::default()))
                .collect(),
        };
        let shared = Arc::new(Shared {
            observations,
            state: Mutex::new(behaviour),
        });
        let routes = Router::new()
            .route("/api/v3/observations/all/", get(answer))
            .route("/api/v3/alerts/alert/{id}/", get(alert::show).patch(alert::change))
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

    /// From now on only this key is known.
    pub fn rotate_key(&self, key: &str) {
        self.shared.behaviour().key = SecretString::from(key);
    }

    /// An alert as it is now, if it is known: one is for each list of observations.
    pub fn alert(&self, id: &str) -> Option<SimulatedAlert> {
        self.shared.behaviour().alerts.get(id).cloned()
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

    /// Whether a request shows the user and the key.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = self.behaviour().key.clone();
        given == Some(format!("ApiKey {}:{}", SimulatedStealthwatch::USER, key.expose_secret()).as_str())
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
    if !shared.admits(&headers) {
        return echo(401, &headers);
    }
    match &fault {
        Some(Fault::Echo(code)) => return echo(*code, &headers),
        Some(Fault::DoneButFails) => return status(500, None),
        Some(Fault::Status { code, retry_after, .. }) => return status(*code, *retry_after),
        Some(Fault::Slow(wait)) => tokio::time::sleep(*wait).await,
        Some(Fault::NotJson) => {
            return echo(200, &headers);
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

/// A page that repeats the key, as debug pages do.
fn echo(code: u16, headers: &HeaderMap) -> Response {
    let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let page = format!("<html><body>Sign in. You sent: {given:?}</body></html>");
    let mut response = status(code, None);
    *response.body_mut() = Body::from(page);
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
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
