//! `GET /metrics`: figures for a monitoring system.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::answer::failed;
use crate::{metrics::CONTENT_TYPE, text::with_causes, way::Host};

pub(super) async fn scrape(State(host): State<Arc<Host>>) -> Response {
    match host.scrape().await {
        Ok(figures) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], figures).into_response(),
        Err(error) => {
            tracing::error!("{}", with_causes(&error));
            failed(StatusCode::INTERNAL_SERVER_ERROR, &error)
        }
    }
}
