//! A daemon in this process, on the simulated account, with its door on a free port.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell::{
    config::Config,
    daemon::Daemon,
    door::{
        Door,
        http::{ConnectionTerms, HttpDoor, HttpOptions, RequestTerms},
    },
    setup::{Writer, WriterLock},
};
use quell_tests::stand::Stand;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Where alerts go.
pub(crate) const ALERTS: &str = "/alerts/stealthwatch-cloud";

/// A door, and what is behind it.
pub(crate) struct OpenDoor {
    pub(crate) stand: Stand,
    pub(crate) address: SocketAddr,
    pub(crate) daemon: Option<Daemon>,
    _folder: TempDir,
    _stop: DropGuard,
}

impl OpenDoor {
    /// A whole daemon as it is by default.
    pub(crate) async fn new() -> anyhow::Result<Self> {
        Self::with("").await
    }

    /// A whole daemon with these lines in `[http]`.
    pub(crate) async fn with(http: &str) -> anyhow::Result<Self> {
        let stand = Stand::new().await?;
        let folder = tempfile::tempdir()?;
        let text = format!(
            "[simulated]\naccount-file = \"not-read\"\n[journal]\npath = \"journal.sqlite\"\n[http]\nlisten = \"127.0.0.1:0\"\n{http}"
        );
        let config = Config::parse(&text, &folder.path().join("quell.toml"))?;
        let writer = Writer::Only(WriterLock::take(config.journal.file().context("a file")?)?);
        let daemon = Daemon::run(Arc::clone(&stand.host), &config, writer).await?;
        Ok(Self {
            stand,
            address: daemon.address(),
            daemon: Some(daemon),
            _folder: folder,
            _stop: CancellationToken::new().drop_guard(),
        })
    }

    /// Only the door, with little patience: what comes in stays in the journal.
    pub(crate) async fn without_worker(timeout: Duration) -> anyhow::Result<Self> {
        let terms = RequestTerms {
            timeout,
            ..RequestTerms::default()
        };
        let connections = ConnectionTerms {
            head_timeout: timeout,
            ..ConnectionTerms::default()
        };
        Self::asking(connections, terms).await
    }

    /// Only the door, which asks this of connections and requests.
    pub(crate) async fn asking(connections: ConnectionTerms, terms: RequestTerms) -> anyhow::Result<Self> {
        let stand = Stand::new().await?;
        let grace = terms.timeout;
        let door = HttpDoor::open(HttpOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            connections,
            tls: None,
            terms,
            grace,
        })
        .await?;
        let (address, stop) = (door.address(), CancellationToken::new());
        tokio::spawn(Box::new(door).serve(Arc::clone(&stand.host), stop.clone()));
        Ok(Self {
            stand,
            address,
            daemon: None,
            _folder: tempfile::tempdir()?,
            _stop: stop.drop_guard(),
        })
    }

    /// A request that is not sent yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let client = Client::builder().no_proxy().build().expect("a client can be made");
        client.request(method, format!("http://{}{path}", self.address))
    }

    /// Asks for something.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Response> {
        Ok(self.request(Method::GET, path).send().await?)
    }

    /// Posts something, with this body.
    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> anyhow::Result<Response> {
        Ok(self.request(Method::POST, path).body(body).send().await?)
    }

    /// Posts an alert, and waits until what is at its location is no longer waiting.
    pub(crate) async fn deliver(&self, alert: &str) -> anyhow::Result<Value> {
        let accepted = self.post(ALERTS, alert.to_owned()).await?;
        ensure!(accepted.status() == StatusCode::ACCEPTED, "{accepted:?}");
        let place = header(&accepted, "location")?;
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let delivery: Value = self.get(&place).await?.json().await?;
            if delivery["state"] != "waiting" {
                return Ok(delivery);
            }
            ensure!(Instant::now() < deadline, "it is not worked on: {delivery}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The status of an answer, and its reason if it is a refusal.
pub(crate) async fn outcome(response: Response) -> anyhow::Result<String> {
    match response.status().is_success() {
        true => Ok(format!("{}", response.status().as_u16())),
        false => refusal(response).await,
    }
}

/// A header's value.
pub(crate) fn header(response: &Response, name: &str) -> anyhow::Result<String> {
    let value = response
        .headers()
        .get(name)
        .with_context(|| format!("there is no {name}: {response:?}"))?;
    Ok(value.to_str()?.to_owned())
}

/// The status and the reason of a refusal.
pub(crate) async fn refusal(response: Response) -> anyhow::Result<String> {
    let status = response.status();
    let body: Value = response.json().await?;
    let why = body["error"].as_str().context("a refusal has a reason")?;
    Ok(format!("{}: {why}", status.as_u16()))
}
