//! Who may come in.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::answer::refuse;
use crate::secret::LiveSecret;

/// When a sender should come again while the token can't be had, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("10");

/// Lets a request in if it shows the token, and if it does not come out of a browser's page. Without a token everybody is let in: only on loopback.
pub(super) async fn admit(State(token): State<Option<LiveSecret>>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        // No sender of alerts is a web page, but a page that somebody has open could reach a door on loopback.
        return refuse(
            StatusCode::FORBIDDEN,
            "requests of web pages (with an Origin header) are refused",
        );
    }
    match knows(token, request.headers()).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal,
    }
}

async fn knows(token: Option<LiveSecret>, headers: &HeaderMap) -> Result<(), Response> {
    let Some(token) = token else { return Ok(()) };
    let Ok(expected) = token.value().await else {
        // Why is in the log: whoever asks here is not known yet.
        let mut response = refuse(
            StatusCode::SERVICE_UNAVAILABLE,
            "the token that senders must show can't be had at the moment, so nobody can be let in; the log of Quell says why",
        );
        response.headers_mut().insert(header::RETRY_AFTER, COME_AGAIN);
        return Err(response);
    };
    let is_known = match shown(headers) {
        None => false,
        Some(shown) if is_same(shown, &expected) => true,
        // It may be the new one of a token that was rotated.
        Some(shown) => token
            .refused(&expected)
            .await
            .is_some_and(|rotated| is_same(shown, &rotated)),
    };
    if is_known {
        return Ok(());
    }
    let mut response = refuse(
        StatusCode::UNAUTHORIZED,
        "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names",
    );
    let challenge = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Err(response)
}

/// The bearer token that a request shows.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, shown) = headers.get(header::AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(shown)
}

fn is_same(shown: &[u8], token: &SecretString) -> bool {
    bool::from(shown.ct_eq(token.expose_secret().as_bytes()))
}
