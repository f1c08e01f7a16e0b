//! Alerts of the simulated API: they can be commented on, closed, judged and tagged, and nothing else.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fault, Shared, echo, status};

/// An alert as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimulatedAlert {
    /// What was said about it, oldest first.
    pub comments: Vec<String>,
    /// Whether it is closed.
    pub resolved: bool,
    /// 8: it was helpful. 9: it was not.
    pub merit: Option<u8>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// What may be changed. Anything else is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    new_comment: Option<String>,
    resolved: Option<bool>,
    merit: Option<u8>,
    tags: Option<Vec<String>>,
}

impl Change {
    fn is_possible(&self) -> bool {
        self.merit.is_none_or(|merit| matches!(merit, 8 | 9))
            && self
                .new_comment
                .as_ref()
                .is_none_or(|comment| !comment.trim().is_empty())
    }
}

impl SimulatedAlert {
    fn change(&mut self, change: Change) {
        self.comments.extend(change.new_comment);
        self.resolved = change.resolved.unwrap_or(self.resolved);
        self.merit = change.merit.or(self.merit);
        self.tags = change.tags.unwrap_or_else(|| std::mem::take(&mut self.tags));
    }

    /// In the shape of the real API, newest comment first.
    fn to_json(&self, id: &str) -> Value {
        let comments: Vec<_> = self
            .comments
            .iter()
            .rev()
            .map(|comment| json!({ "comment": comment, "time": "2026-01-14T22:41:08.000000+00:00", "user": null }))
            .collect();
        json!({
            "id": id.parse::<u64>().ok(),
            "comments": { "count": comments.len(), "text": format!("{} comments", comments.len()), "comments": comments },
            "new_comment": null,
            "resolved": self.resolved,
            "merit": self.merit.unwrap_or_default(),
            "tags": self.tags,
        })
    }
}

/// `GET alerts/alert/ID/`.
pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let fault = shared.next_fault();
    if let Some(refused) = refused(&shared, &headers, fault.as_ref()) {
        return refused;
    }
    let shown = shared.behaviour().alerts.get(&id).map(|alert| alert.to_json(&id));
    answer(shown, fault).await
}

/// `PATCH alerts/alert/ID/`.
pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fault = shared.next_fault();
    if let Some(refused) = refused(&shared, &headers, fault.as_ref()) {
        return refused;
    }
    let is_json = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let change = serde_json::from_slice::<Change>(&body).ok().filter(Change::is_possible);
    let Some(change) = change.filter(|_| is_json) else {
        return status(400, None);
    };
    let changed = shared.behaviour().alerts.get_mut(&id).map(|alert| {
        alert.change(change);
        alert.to_json(&id)
    });
    answer(changed, fault).await
}

fn refused(shared: &Shared, headers: &HeaderMap, fault: Option<&Fault>) -> Option<Response> {
    if !shared.admits(headers) {
        return Some(echo(401, headers));
    }
    match fault? {
        Fault::Status { code, retry_after, .. } => Some(status(*code, *retry_after)),
        Fault::Echo(code) => Some(echo(*code, headers)),
        Fault::NotJson => Some(echo(200, headers)),
        _ => None,
    }
}

async fn answer(alert: Option<Value>, fault: Option<Fault>) -> Response {
    match fault {
        Some(Fault::Slow(wait)) => tokio::time::sleep(wait).await,
        Some(Fault::DoneButFails) => return status(500, None),
        _ => {}
    }
    match alert {
        Some(alert) => Json(alert).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
