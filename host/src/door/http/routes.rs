//! What can be asked of the door.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{json, value::RawValue};

use super::{
    KIND, ORDER_TIMEOUT, RequestTerms,
    admission::{self, Gate, Power},
    answer::{failed, later, refuse},
    approvals,
    gather::{self, Room},
    holds, metrics, orders,
    rate::{self, Rate},
    refusals::{self, Refusals, with_reason},
    sns, text, webhook,
};
use crate::{
    alert::Detector,
    hold::{Delivery, DeliveryId, DeliveryState},
    text::with_causes,
    way::{Host, Receipt, ReceiveError, Received},
};

/// All routes. `/healthz` is open to everybody and tells nothing but that the door is.
pub fn router(host: Arc<Host>, terms: &RequestTerms) -> Router {
    let refusals = Refusals::new(Arc::clone(host.counters()));
    let room = Room::new(terms.bodies, terms.max_body, terms.timeout);
    let behind = |routes: Router, gate: Gate| {
        let routes = routes.layer(middleware::from_fn_with_state(room.clone(), gather::gather));
        routes.layer(middleware::from_fn_with_state(gate, admission::admit))
    };
    let within = |routes: Router, limit: Duration| routes.layer(middleware::from_fn_with_state(limit, in_time));
    let to = |power| Gate::to(power, &terms.powers);

    let sending = Router::new()
        .route("/alerts/{detector}", post(receive))
        .with_state(Alerts {
            host: Arc::clone(&host),
            detectors: terms.detectors.clone().into(),
        });
    let reading = Router::new()
        .route("/deliveries/{id}", get(delivery))
        .route("/holds", get(holds::list))
        .route("/metrics", get(metrics::scrape))
        .with_state(Arc::clone(&host));
    let acting = Router::new()
        .route("/orders", post(orders::carry_out))
        .with_state(Arc::clone(&host));
    // They show a token of their own, and are pages: what keeps other pages out is not for them.
    let links = terms.approvals.clone();
    let links = links.map(|key| {
        within(
            approvals::router(Arc::clone(&host), key),
            approvals::TIMEOUT + terms.timeout,
        )
    });
    let mut routes = within(behind(sending, to(Power::Send)), terms.timeout)
        .merge(within(behind(reading, to(Power::Read)), terms.timeout))
        .merge(within(behind(acting, to(Power::Act)), ORDER_TIMEOUT + terms.timeout));
    if let Some(topics) = &terms.sns {
        let gate = Gate::to_sns(&terms.powers, topics.are_all_checked());
        let topics = behind(sns::router(Arc::clone(&host), topics.clone()), gate);
        routes = routes.merge(within(topics, terms.timeout));
    }
    if !terms.webhooks.is_empty() {
        let webhooks = webhook::router(host, &terms.webhooks, &room);
        routes = routes.merge(within(webhooks, terms.timeout));
    }
    let routes = routes
        // Bodies are read whole, and no longer than they may be, before a handler sees one.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(admission::no_pages))
        .merge(links.unwrap_or_default())
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
        });
    let routes = match terms.requests_a_minute {
        Some(a_minute) => routes.layer(middleware::from_fn_with_state(Rate::new(a_minute), rate::limit)),
        None => routes,
    };
    routes.layer(middleware::from_fn_with_state(refusals, refusals::count))
}

/// What alerts come to: the host, and whose alerts may come. Of every detector, if none is named.
#[derive(Clone)]
struct Alerts {
    host: Arc<Host>,
    detectors: Arc<[Detector]>,
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
    State(Alerts { host, detectors }): State<Alerts>,
    Path(detector): Path<String>,
    body: Bytes,
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
    if !detectors.is_empty() && !detectors.contains(&detector) {
        let why = format!("alerts of {detector} do not come through this door (http.detectors)");
        return refuse(StatusCode::FORBIDDEN, &why);
    }
    received(&host, KIND, detector, DeliveryId::of(detector, &body), &body).await
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

/// The answer for a body with several alerts. If one of them was not taken but may be, the whole body has to come again: the others are then known. If one is too long for the
/// journal the sender is told that; the others are taken.
fn several_received(several: &[Received]) -> Response {
    let errors = || several.iter().filter_map(|received| received.outcome.as_ref().err());
    let not_yet = errors().find(|error| error.may_pass());
    let too_long = || errors().find(|error| matches!(error, ReceiveError::TooLong { .. }));
    if let Some(error) = not_yet.or_else(too_long) {
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
        Receipt::Admitted(admitted) => json!({ "delivery": id, "state": "waiting", "alert": admitted.alert.id }),
        Receipt::SeenBefore(state) => json!({ "delivery": id, "state": state.name(), "seen-before": true }),
    }
}

/// Goes along with the answer to an alert that waits in the journal, for a door that has no worker behind it.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "the function's door reads it"))]
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
        ReceiveError::TooLong { .. } => with_reason(failed(StatusCode::PAYLOAD_TOO_LARGE, error), with_causes(error)),
        ReceiveError::Full { .. } | ReceiveError::Journal { .. } => {
            let refusal = failed(StatusCode::SERVICE_UNAVAILABLE, error);
            with_reason(later(refusal), with_causes(error))
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
