//! `POST /orders`: what a person asks for.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    CARRIED_OUT_IN_PART, ORDER_TIMEOUT,
    answer::{failed, refuse},
};
use crate::{
    exit::{Classified, Exit},
    text::with_causes,
    way::{Host, order::Order},
};

/// How much of what is wrong with a body is repeated, in characters: it came from outside.
const MOST_SHOWN: usize = 300;

pub(super) async fn carry_out(State(host): State<Arc<Host>>, body: Bytes) -> Response {
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => {
            let why: String = error.to_string().chars().take(MOST_SHOWN).collect();
            let why = format!("this is no order, such as {{\"release\":{{\"holds\":[42]}}}}: {why}");
            return refuse(StatusCode::BAD_REQUEST, &why);
        }
    };
    // In a task of its own: who asked may go away, and an order that is cut off would be carried out by half.
    let carried = tokio::spawn(async move { host.carry_order(order).await });
    match tokio::time::timeout(ORDER_TIMEOUT, carried).await {
        Ok(Ok(Ok(done))) if done.failures().next().is_none() => Json(done).into_response(),
        Ok(Ok(Ok(done))) => (CARRIED_OUT_IN_PART, Json(done)).into_response(),
        Ok(Ok(Err(error))) => match error.exit() {
            Exit::NotFound => failed(StatusCode::NOT_FOUND, &error),
            Exit::Usage => failed(StatusCode::UNPROCESSABLE_ENTITY, &error),
            _ => {
                tracing::error!("{}", with_causes(&error));
                failed(StatusCode::INTERNAL_SERVER_ERROR, &error)
            }
        },
        Ok(Err(broke_off)) => failed(StatusCode::INTERNAL_SERVER_ERROR, &broke_off),
        Err(_) => {
            let why = format!(
                "the order takes longer than {ORDER_TIMEOUT:?}, and goes on; `quell holds` shows how far it is"
            );
            refuse(StatusCode::GATEWAY_TIMEOUT, &why)
        }
    }
}
