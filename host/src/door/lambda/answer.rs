//! The HTTP door's answer, as a Function URL and API Gateway take it. Both payload formats take this one.

use std::collections::BTreeMap;

use axum::{body::to_bytes, http::StatusCode, response::Response};
use serde::Serialize;

/// The most bytes of an answer's body: Lambda hands on 6 MB in all, and JSON may need more bytes for a text than it has.
const MOST: usize = 4 << 20;

/// An answer to a web request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HttpAnswer {
    status_code: u16,
    headers: BTreeMap<String, String>,
    body: String,
    is_base64_encoded: bool,
}

impl HttpAnswer {
    /// The door's answer, read to its end. All that it answers is text.
    pub(super) async fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let Ok(body) = to_bytes(body, MOST).await else {
            return Self::refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the answer has more bytes than a function can give; ask for less of it",
            );
        };
        let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            status_code: head.status.as_u16(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
            is_base64_encoded: false,
        }
    }

    /// A refusal in plain words, as the door words its own.
    pub(super) fn refusal(status: StatusCode, why: &str) -> Self {
        Self {
            status_code: status.as_u16(),
            headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
            body: serde_json::json!({ "error": why }).to_string(),
            is_base64_encoded: false,
        }
    }
}
