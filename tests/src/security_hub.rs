//! A Security Hub on this machine that takes the two calls that change findings, and nothing else. moto knows neither of them.

use std::{
    collections::BTreeSet,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
    routing::patch,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// A server on a free port of the loopback address. It stops when it is dropped.
#[derive(Debug)]
pub struct StrictSecurityHub {
    address: SocketAddr,
    state: Arc<Mutex<Hub>>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Hub {
    findings: BTreeSet<String>,
    changes: Vec<Value>,
    regions: Vec<String>,
    fails_with: Option<u16>,
}

type Shared = Arc<Mutex<Hub>>;

impl StrictSecurityHub {
    /// Starts a hub with these findings, by their ids. Must be called in a Tokio runtime, which the server runs in.
    ///
    /// # Errors
    /// If no port of the loopback address can be had.
    pub async fn start<const N: usize>(findings: [&str; N]) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = listener.local_addr()?;
        let state = Shared::default();
        lock(&state).findings = findings.map(str::to_owned).into();
        let routes = Router::new()
            .route("/findings/batchupdate", patch(update))
            .route("/findingsv2/batchupdatev2", patch(update_ocsf))
            .with_state(Arc::clone(&state));
        let server = tokio::spawn(async move {
            // A server on loopback ends only with its task.
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { address, state, server })
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was changed, oldest first.
    pub fn changes(&self) -> Vec<Value> {
        lock(&self.state).changes.clone()
    }

    /// The regions that the requests were signed for.
    pub fn regions(&self) -> Vec<String> {
        lock(&self.state).regions.clone()
    }

    /// From now on it answers with this status and does nothing.
    pub fn fails_with(&self, status: u16) {
        lock(&self.state).fails_with = Some(status);
    }

    /// From now on it does what is asked.
    pub fn works(&self) {
        lock(&self.state).fails_with = None;
    }
}

impl Drop for StrictSecurityHub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, Hub> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn update(State(state): State<Shared>, headers: HeaderMap, Json(change): Json<Value>) -> Response {
    let is_text = |value: Option<&Value>, most| {
        value
            .and_then(Value::as_str)
            .is_some_and(|text| (1..=most).contains(&text.chars().count()))
    };
    let is_note = change
        .get("Note")
        .is_none_or(|note| is_text(note.get("Text"), 512) && is_text(note.get("UpdatedBy"), 512));
    let is_workflow = change
        .pointer("/Workflow/Status")
        .is_none_or(|status| matches!(status.as_str(), Some("NEW" | "NOTIFIED" | "RESOLVED" | "SUPPRESSED")));
    let ids: Option<Vec<_>> = change
        .pointer("/FindingIdentifiers")
        .and_then(Value::as_array)
        .map(|all| {
            all.iter()
                .filter(|identifier| is_text(identifier.get("ProductArn"), 2048))
                .filter_map(|identifier| identifier["Id"].as_str())
                .collect()
        });
    let only = only(&change, &["FindingIdentifiers", "Note", "Workflow"]);
    let Some(ids) = ids.filter(|ids| is_note && is_workflow && only && !ids.is_empty()) else {
        return invalid();
    };
    answer(
        &state,
        &headers,
        &change,
        &ids,
        |id| json!({ "FindingIdentifier": { "Id": id, "ProductArn": "arn" }, "ErrorCode": "FindingNotFound", "ErrorMessage": "there is none" }),
    )
}

async fn update_ocsf(State(state): State<Shared>, headers: HeaderMap, Json(change): Json<Value>) -> Response {
    let is_comment = change.get("Comment").is_none_or(|comment| {
        comment
            .as_str()
            .is_some_and(|text| (1..=512).contains(&text.chars().count()))
    });
    let is_status = change
        .get("StatusId")
        .is_none_or(|status| matches!(status.as_i64(), Some(0..=5 | 99)));
    let ids: Option<Vec<_>> = change
        .get("MetadataUids")
        .and_then(Value::as_array)
        .map(|all| all.iter().filter_map(Value::as_str).collect());
    let only = only(&change, &["MetadataUids", "Comment", "StatusId"]);
    let Some(ids) = ids.filter(|ids| is_comment && is_status && only && !ids.is_empty()) else {
        return invalid();
    };
    answer(
        &state,
        &headers,
        &change,
        &ids,
        |id| json!({ "MetadataUid": id, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": "there is none" }),
    )
}

fn only(change: &Value, keys: &[&str]) -> bool {
    change
        .as_object()
        .is_some_and(|change| change.keys().all(|key| keys.contains(&key.as_str())))
}

fn answer(
    state: &Shared,
    headers: &HeaderMap,
    change: &Value,
    ids: &[&str],
    not_there: impl Fn(&str) -> Value,
) -> Response {
    let mut hub = lock(state);
    // `Credential=KEY/20260301/eu-west-1/securityhub/aws4_request`
    let scope = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let region = scope.split('/').nth(2).unwrap_or_default().to_owned();
    hub.regions.push(region);
    if let Some(status) = hub.fails_with {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return (status, Json(json!({ "Message": "it fails" }))).into_response();
    }
    let (known, unknown): (Vec<&str>, Vec<&str>) = ids.iter().partition(|id| hub.findings.contains(**id));
    if !known.is_empty() {
        hub.changes.push(change.clone());
    }
    let unprocessed: Vec<_> = unknown.into_iter().map(not_there).collect();
    Json(json!({ "ProcessedFindings": [], "UnprocessedFindings": unprocessed })).into_response()
}

fn invalid() -> Response {
    let headers = [("x-amzn-errortype", "InvalidInputException")];
    (
        StatusCode::BAD_REQUEST,
        headers,
        Json(json!({ "Message": "not what may be changed" })),
    )
        .into_response()
}
