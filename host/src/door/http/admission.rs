//! Who may come in.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::answer::refuse;

/// The secret that senders must show. None lets everybody in: only on loopback.
pub(super) type Token = Option<Arc<SecretString>>;

/// Lets a request in if it shows the token, and if it does not come out of a browser's page.
pub(super) async fn admit(State(token): State<Token>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        // No sender of alerts is a web page, but a page that somebody has open could reach a door on loopback.
        return refuse(
            StatusCode::FORBIDDEN,
            "requests of web pages (with an Origin header) are refused",
        );
    }
    match &token {
        Some(token) if !shows(request.headers(), token) => {
            let mut response = refuse(
                StatusCode::UNAUTHORIZED,
                "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names",
            );
            let challenge = header::HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
        _ => next.run(request).await,
    }
}

fn shows(headers: &HeaderMap, token: &SecretString) -> bool {
    let shown = headers.get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let shown = shown.and_then(|value| value.split_at_checked(7));
    shown.is_some_and(|(scheme, shown)| {
        scheme.eq_ignore_ascii_case(b"bearer ") && bool::from(shown.ct_eq(token.expose_secret().as_bytes()))
    })
}
