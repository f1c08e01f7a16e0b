//! What can be asked of the door.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, State, rejection::BytesRejection},
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use tower_http::timeout::TimeoutLayer;

use super::{
    HttpOptions,
    admission::{self, Token},
    answer::{failed, refuse},
};
use crate::{
    alert::Detector,
    hold::{Delivery, DeliveryId, DeliveryState, HoldFilter, HoldId, JournalError},
    way::{Host, Receipt, ReceiveError, ending::ReleaseError},
};

/// When a sender that was turned away for want of room should come again, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("10");

/// All routes. `/healthz` is open to everybody and tells nothing but that the door is.
pub(super) fn router(host: Arc<Host>, options: &HttpOptions) -> Router {
    let token: Token = options.token.clone().map(Arc::new);
    Router::new()
        .route("/alerts/{detector}", post(receive))
        .route("/deliveries/{id}", get(delivery))
        .route("/holds", get(holds))
        .route("/holds/{id}/release", post(release))
        .with_state(host)
        .layer(DefaultBodyLimit::max(options.max_body))
        .layer(middleware::from_fn_with_state(token, admission::admit))
        .route("/healthz", get(|| async { Json(json!({ "status": "ok" })) }))
        .fallback(|| async {
            refuse(
                StatusCode::NOT_FOUND,
                "there is nothing here; alerts go to POST /alerts/stealthwatch-cloud",
            )
        })
        .layer(TimeoutLayer::with_status_code(
            StatusCode::GATEWAY_TIMEOUT,
            options.timeout,
        ))
}

async fn receive(
    State(host): State<Arc<Host>>,
    Path(detector): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(detector) = serde_json::from_value::<Detector>(detector.clone().into()) else {
        let shown: String = detector.chars().take(40).flat_map(char::escape_debug).collect();
        let why = format!("there is no detector `{shown}`; the one that Quell knows is `stealthwatch-cloud`");
        return refuse(StatusCode::NOT_FOUND, &why);
    };
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return refuse(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the alert has more bytes than http.max-body allows",
            );
        }
        Err(rejection) => return refuse(rejection.status(), &rejection.body_text()),
    };
    let id = DeliveryId::of_bytes(&body);
    match host.receive("http", detector, id.clone(), &body).await {
        Ok(Receipt::Admitted(alert)) => {
            accepted(&id, &json!({ "delivery": id, "state": "waiting", "alert": alert.id }))
        }
        Ok(Receipt::SeenBefore(state)) => accepted(
            &id,
            &json!({ "delivery": id, "state": state.name(), "seen-before": true }),
        ),
        Err(error) => turned_away(&error),
    }
}

fn accepted(id: &DeliveryId, answer: &serde_json::Value) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(answer)).into_response();
    if let Ok(place) = HeaderValue::from_str(&format!("/deliveries/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

fn turned_away(error: &ReceiveError) -> Response {
    match error {
        ReceiveError::Unreadable { .. } => failed(StatusCode::UNPROCESSABLE_ENTITY, error),
        ReceiveError::Full { .. } | ReceiveError::Journal { .. } => {
            tracing::error!("{}", crate::text::with_causes(error));
            let mut response = failed(StatusCode::SERVICE_UNAVAILABLE, error);
            response.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN);
            response
        }
    }
}

async fn delivery(State(host): State<Arc<Host>>, Path(id): Path<String>) -> Response {
    match host.journal().delivery(&DeliveryId::read(&id)).await {
        Ok(Some(delivery)) => Json(told(&delivery)).into_response(),
        Ok(None) => refuse(StatusCode::NOT_FOUND, "there is no such delivery"),
        Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

/// A delivery without its body: what became of it.
fn told(delivery: &Delivery) -> serde_json::Value {
    let not_before = match delivery.state {
        DeliveryState::Waiting { not_before } => Some(not_before),
        DeliveryState::Done | DeliveryState::Failed => None,
    };
    json!({
        "delivery": delivery.id,
        "state": delivery.state.name(),
        "received": delivery.received,
        "attempts": delivery.attempts,
        "not-before": not_before,
        "report": RawValue::from_string(delivery.report.clone()).ok(),
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    #[serde(default)]
    all: bool,
}

async fn holds(State(host): State<Arc<Host>>, Query(which): Query<Which>) -> Response {
    let filter = HoldFilter {
        ended: which.all,
        target: None,
    };
    match host.journal().holds(&filter).await {
        Ok(holds) => Json(holds).into_response(),
        Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

async fn release(State(host): State<Arc<Host>>, Path(id): Path<i64>) -> Response {
    match host.release(HoldId(id)).await {
        Ok((hold, converged)) => Json(json!({ "hold": hold, "changes": converged.changes })).into_response(),
        Err(error @ ReleaseError::Journal(JournalError::NoSuchHold(_))) => failed(StatusCode::NOT_FOUND, &error),
        Err(error @ ReleaseError::Converge { .. }) => failed(StatusCode::BAD_GATEWAY, &error),
        Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}
