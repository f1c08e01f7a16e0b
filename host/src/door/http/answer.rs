//! Answers in JSON, errors with their causes.

use std::error::Error;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::text::with_causes;

/// When a sender that was turned away for a while should come again, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("10");

/// The same answer, with when to come again.
pub(super) fn later(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN);
    response
}

/// A refusal in plain words.
pub(super) fn refuse(status: StatusCode, why: &str) -> Response {
    (status, Json(json!({ "error": why }))).into_response()
}

/// A refusal for an error.
pub(super) fn failed(status: StatusCode, error: &(dyn Error + 'static)) -> Response {
    refuse(status, &with_causes(error))
}

/// A refusal of a request with too many bytes.
pub(super) fn too_long() -> Response {
    refuse(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the request has more bytes than http.max-body allows",
    )
}
