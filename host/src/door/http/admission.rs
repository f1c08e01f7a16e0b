//! Who may come in.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::{answer::refuse, sns};
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
    let by_password = request.uri().path() == sns::PATH;
    match knows(token, request.headers(), by_password).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal,
    }
}

/// SNS can't send a bearer token, only the user and the password of the address that was subscribed, and it sends these only to who asks for them.
async fn knows(token: Option<LiveSecret>, headers: &HeaderMap, by_password: bool) -> Result<(), Response> {
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
    let password = by_password.then(|| password(headers)).flatten();
    let is_known = match password.as_deref().or(shown(headers)) {
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
    let (why, challenge) = if by_password {
        (
            "the password is missing or wrong: subscribe `https://quell:<token>@…/sns` with the token that [http] names",
            HeaderValue::from_static("Basic realm=\"quell\""),
        )
    } else {
        (
            "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names",
            HeaderValue::from_static("Bearer"),
        )
    };
    let mut response = refuse(StatusCode::UNAUTHORIZED, why);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Err(response)
}

/// The bearer token that a request shows.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    after(headers, b"bearer ")
}

/// The password that a request shows by HTTP Basic. Whose it is does not matter.
fn password(headers: &HeaderMap) -> Option<Vec<u8>> {
    let pair = BASE64_STANDARD.decode(after(headers, b"basic ")?.trim_ascii()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}

/// What stands behind the name of a scheme.
fn after<'headers>(headers: &'headers HeaderMap, scheme: &[u8]) -> Option<&'headers [u8]> {
    let shown = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (name, behind) = shown.split_at_checked(scheme.len())?;
    name.eq_ignore_ascii_case(scheme).then_some(behind)
}

fn is_same(shown: &[u8], token: &SecretString) -> bool {
    bool::from(shown.ct_eq(token.expose_secret().as_bytes()))
}
