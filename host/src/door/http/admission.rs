//! Who may do what: send alerts, read what became of them, act. Each is a power of its own, opened by tokens of its own.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::{
    answer::{failed, later, refuse},
    bearer::{self, TokenHashes},
    called,
    refusals::with_reason,
};
use crate::{secret::LiveSecret, text::with_causes};

/// What somebody may do at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    /// Send alerts.
    Send,
    /// Read holds, figures, and what became of alerts.
    Read,
    /// Give orders: release, extend, pause and so on.
    Act,
}

/// By what the powers are opened.
#[derive(Debug, Clone)]
pub struct Powers {
    /// Opens each power that has no tokens of its own.
    pub token: Option<LiveSecret>,
    /// Those that may send alerts.
    pub send: TokenHashes,
    /// Those that may read.
    pub read: TokenHashes,
    /// Those that may act.
    pub act: TokenHashes,
    /// Whether a power that nothing opens is open to everybody: only where nobody from outside can come. Otherwise nobody has it.
    pub open: bool,
    /// The names by which such an open power may be called, beside addresses and `localhost`: those of a proxy.
    pub names: Vec<String>,
}

impl Powers {
    /// One token for all powers. Without one everybody has them all.
    pub fn of(token: Option<LiveSecret>) -> Self {
        Self {
            open: token.is_none(),
            token,
            send: TokenHashes::default(),
            read: TokenHashes::default(),
            act: TokenHashes::default(),
            names: Vec::new(),
        }
    }
}

/// What stands before some addresses of the door.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    powers: Powers,
    power: Power,
    /// Whether the token comes as a password: SNS can't send a bearer token, only the user and the password of the address that was subscribed, and it sends these only to who asks for them.
    by_password: bool,
    /// Whether what is behind the gate asks for enough by itself, where no token is configured.
    guarded: bool,
}

impl Gate {
    /// Before what needs this power.
    pub(super) fn to(power: Power, powers: &Powers) -> Self {
        Self {
            powers: powers.clone(),
            power,
            by_password: false,
            guarded: false,
        }
    }

    /// Before what SNS sends to. `guarded` says whether all of its messages must be signed.
    pub(super) fn to_sns(powers: &Powers, guarded: bool) -> Self {
        Self {
            by_password: true,
            guarded,
            ..Self::to(Power::Send, powers)
        }
    }
}

/// Refuses what comes out of a browser's page: no sender of alerts is a web page, but a page that somebody has open could reach a door on loopback.
pub(super) async fn no_pages(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        let why = "requests of web pages (with an Origin header) are refused";
        return with_reason(refuse(StatusCode::FORBIDDEN, why), why.to_owned());
    }
    next.run(request).await
}

/// Lets a request in if it shows a token that opens this power; or, where everybody is let in, if no web page can have led it here.
pub(super) async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if gate.lets_everybody_in()
        && let Err(error) = called::check(request.uri(), request.headers(), &gate.powers.names)
    {
        return with_reason(failed(StatusCode::FORBIDDEN, &error), with_causes(&error));
    }
    match gate.knows(request.headers()).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => with_reason(refusal, gate.power.not_shown().to_owned()),
    }
}

impl Gate {
    /// The tokens that open this power alone.
    fn own(&self) -> &TokenHashes {
        match self.power {
            Power::Send => &self.powers.send,
            Power::Read => &self.powers.read,
            Power::Act => &self.powers.act,
        }
    }

    /// Whether nothing at all is asked for, here or behind the gate.
    fn lets_everybody_in(&self) -> bool {
        self.own().is_empty() && self.powers.token.is_none() && self.powers.open && !self.guarded
    }

    async fn knows(&self, headers: &HeaderMap) -> Result<(), Response> {
        let password = self.by_password.then(|| password(headers)).flatten();
        let shown = password.as_deref().or(bearer::shown(headers));
        let own = self.own();
        if !own.is_empty() {
            return match shown.is_some_and(|shown| own.have(shown)) {
                true => Ok(()),
                false => Err(self.unknown(true)),
            };
        }
        let Some(token) = &self.powers.token else {
            return match self.powers.open || self.guarded {
                true => Ok(()),
                false => Err(refuse(StatusCode::FORBIDDEN, self.power.closed())),
            };
        };
        let Ok(expected) = token.value().await else {
            // Why is in the log: whoever asks here is not known yet.
            return Err(later(refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "the token that senders must show can't be had at the moment, so nobody can be let in; the log of Quell says why",
            )));
        };
        let is_known = match shown {
            None => false,
            Some(shown) if is_same(shown, &expected) => true,
            // It may be the new one of a token that was rotated.
            Some(shown) => token
                .refused(&expected)
                .await
                .is_some_and(|rotated| is_same(shown, &rotated)),
        };
        if is_known { Ok(()) } else { Err(self.unknown(false)) }
    }

    fn unknown(&self, has_own: bool) -> Response {
        let (why, challenge) = match (self.by_password, self.power, has_own) {
            (true, _, _) => (
                "the password is missing or wrong: subscribe `https://quell:<token>@…/sns` with the token that [http] names",
                "Basic realm=\"quell\"",
            ),
            (false, _, false) => (
                "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names",
                "Bearer",
            ),
            (false, Power::Send, true) => (
                "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token that may send (http.send-token-sha256)",
                "Bearer",
            ),
            (false, Power::Read, true) => (
                "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token that may read (http.read-token-sha256)",
                "Bearer",
            ),
            (false, Power::Act, true) => (
                "the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token that may act (http.act-token-sha256)",
                "Bearer",
            ),
        };
        let mut response = refuse(StatusCode::UNAUTHORIZED, why);
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        response
    }
}

impl Power {
    /// What the log is told of who may not: what was shown is a secret, perhaps somebody else's.
    fn not_shown(self) -> &'static str {
        match self {
            Self::Send => "its sender may not send alerts",
            Self::Read => "its sender may not read",
            Self::Act => "its sender may not act",
        }
    }

    /// What is said where nobody has it.
    fn closed(self) -> &'static str {
        match self {
            Self::Send => {
                "nobody may send alerts here, because no token for it is configured (http.send-token-sha256, or a token for all of [http])"
            }
            Self::Read => {
                "nobody may read here, because no token for it is configured (http.read-token-sha256, or a token for all of [http])"
            }
            Self::Act => {
                "nobody may act here, because no token for it is configured (http.act-token-sha256, or a token for all of [http])"
            }
        }
    }
}

/// The password that a request shows by HTTP Basic. Whose it is does not matter.
fn password(headers: &HeaderMap) -> Option<Vec<u8>> {
    let pair = BASE64_STANDARD
        .decode(bearer::after(headers, b"basic ")?.trim_ascii())
        .ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}

fn is_same(shown: &[u8], token: &SecretString) -> bool {
    bool::from(shown.ct_eq(token.expose_secret().as_bytes()))
}
