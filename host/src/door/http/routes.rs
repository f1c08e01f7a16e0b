//! What can be asked of the door.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{json, value::RawValue};

use super::{
    KIND, ORDER_TIMEOUT, RequestTerms, admission,
    answer::{failed, refuse, too_long},
    holds, orders, sns, text,
};
use crate::{
    alert::Detector,
    hold::{Delivery, DeliveryId, DeliveryState},
    text::with_causes,
    way::{Host, Receipt, ReceiveError, Received},
};

/// When a sender that was turned away for want of room should come again, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("10");

/// All routes. `/healthz` is open to everybody and tells nothing but that the door is.
pub(in crate::door) fn router(host: Arc<Host>, terms: &RequestTerms) -> Router {
    let quick = Router::new()
        .route("/alerts/{detector}", post(receive))
        .route("/deliveries/{id}", get(delivery))
        .route("/holds", get(holds::list))
        .layer(middleware::from_fn_with_state(terms.timeout, in_time));
    let slow = Router::new()
        .route("/orders", post(orders::carry_out))
        .layer(middleware::from_fn_with_state(ORDER_TIMEOUT + terms.timeout, in_time));
    let mut routes = Router::new().merge(quick).merge(slow).with_state(Arc::clone(&host));
    if let Some(topics) = &terms.sns {
        let topics = sns::router(host, topics.clone());
        routes = routes.merge(topics.layer(middleware::from_fn_with_state(terms.timeout, in_time)));
    }
    routes
        .layer(DefaultBodyLimit::max(terms.max_body))
        .layer(middleware::from_fn_with_state(terms.max_body, fits))
        .layer(middleware::from_fn_with_state(terms.token.clone(), admission::admit))
        .route("/healthz", get(|| async { Json(json!({ "status": "ok" })) }))
        .method_not_allowed_fallback(|| async {
            refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address knows other methods, which the Allow header names; alerts are sent with POST",
            )
        })
        .fallback(|| async {
            refuse(
                StatusCode::NOT_FOUND,
                "there is nothing here; alerts go to POST /alerts/ with the name of their detector, such as POST /alerts/guardduty",
            )
        })
}

/// Refuses a request that says it is too long before it is sent: who is cut off while sending may never read why.
async fn fits(State(limit): State<usize>, request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    match length {
        Some(length) if length > limit => too_long(),
        _ => next.run(request).await,
    }
}

/// Cuts off a request that takes too long. Nearly always its body does not come.
async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        let why = format!("the request took longer than {limit:?}; send it again, twice does no harm");
        refuse(StatusCode::REQUEST_TIMEOUT, &why)
    })
}

async fn receive(
    State(host): State<Arc<Host>>,
    Path(detector): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let decoders = host.decoders();
    let Some(detector) = decoders.detector(&detector) else {
        let shown: String = detector.chars().take(40).flat_map(char::escape_debug).collect();
        let known: Vec<_> = decoders.detectors().map(|detector| format!("`{detector}`")).collect();
        let why = format!(
            "there is no detector `{shown}`; those that Quell knows are {}",
            known.join(", ")
        );
        return refuse(StatusCode::NOT_FOUND, &why);
    };
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => return too_long(),
        Err(rejection) => return refuse(rejection.status(), &rejection.body_text()),
    };
    received(&host, KIND, detector, DeliveryId::of_bytes(&body), &body).await
}

/// Takes a body in, and answers how it is received.
pub(super) async fn received(host: &Host, door: &str, detector: Detector, id: DeliveryId, body: &[u8]) -> Response {
    let received = host.receive_all(door, detector, id, body).await;
    let answer = match received.as_slice() {
        [Received { id, outcome }] => match outcome {
            Ok(receipt) => accepted(id, &told_of(id, receipt)),
            Err(error) => turned_away(error),
        },
        several => several_received(several),
    };
    let waiting = received.into_iter().filter(Received::waits).map(|received| received.id);
    waits(answer, waiting.collect())
}

/// The answer for a body with several alerts. If one of them was not taken, the whole body has to come again: the others are then known.
fn several_received(several: &[Received]) -> Response {
    let mut not_taken = several.iter().filter_map(|received| match &received.outcome {
        Err(error) if !error.is_kept() => Some(error),
        _ => None,
    });
    if let Some(error) = not_taken.next() {
        return turned_away(error);
    }
    let deliveries: Vec<_> = several
        .iter()
        .map(|received| match &received.outcome {
            Ok(receipt) => told_of(&received.id, receipt),
            Err(error) => json!({ "delivery": received.id, "state": "failed", "error": with_causes(error) }),
        })
        .collect();
    let is_unreadable = !several.is_empty() && several.iter().all(|received| received.outcome.is_err());
    let status = if is_unreadable {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::ACCEPTED
    };
    (status, Json(json!({ "deliveries": deliveries }))).into_response()
}

fn told_of(id: &DeliveryId, receipt: &Receipt) -> serde_json::Value {
    match receipt {
        Receipt::Admitted(alert) => json!({ "delivery": id, "state": "waiting", "alert": alert.id }),
        Receipt::SeenBefore(state) => json!({ "delivery": id, "state": state.name(), "seen-before": true }),
    }
}

/// Goes along with the answer to an alert that waits in the journal, for a door that has no worker behind it.
#[derive(Debug, Clone)]
pub(in crate::door) struct Waits(pub(in crate::door) Vec<DeliveryId>);

fn waits(mut answer: Response, ids: Vec<DeliveryId>) -> Response {
    answer.extensions_mut().insert(Waits(ids));
    answer
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
            tracing::error!("{}", with_causes(error));
            let mut response = failed(StatusCode::SERVICE_UNAVAILABLE, error);
            response.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN);
            response
        }
    }
}

async fn delivery(State(host): State<Arc<Host>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    match host.journal().delivery(&DeliveryId::read(&id)).await {
        Ok(Some(delivery)) if text::is_wanted(&headers) => text::told(&delivery).into_response(),
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
