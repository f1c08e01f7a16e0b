//! `POST /webhooks/NAME`: a way in for one sender, with alerts of one detector and with what this sender can show: a signature over each request, a token, an address,
//! a certificate. All that is asked for must be shown. None of it opens anything else.

pub mod hmac;
pub mod template;

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Extension, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::Response,
    routing::post,
};
use ipnet::IpNet;

use self::hmac::HmacOptions;
use super::{
    answer::{failed, later, refuse},
    bearer::{self, TokenHashes},
    gather::{self, Room},
    peer::Peer,
    refusals::with_reason,
    routes::received,
};
use crate::{
    alert::{Detector, printable::printable},
    hold::DeliveryId,
    text::with_causes,
    way::Host,
};

/// What the journal calls it.
const KIND: &str = "webhook";

/// Below what the webhooks are.
const PATH: &str = "/webhooks/";

/// The webhooks, by name.
pub type Webhooks = BTreeMap<String, WebhookOptions>;

/// What is asked of the requests of a webhook.
#[derive(Debug, Clone)]
pub struct WebhookOptions {
    /// Whose alerts they are.
    pub detector: Detector,
    /// How each request is signed. None: it is not.
    pub hmac: Option<HmacOptions>,
    /// What a sender may show as `Authorization: Bearer …`. Empty: no token is asked for.
    pub tokens: TokenHashes,
    /// From where a sender may come. Empty: from anywhere.
    pub from: Vec<IpNet>,
    /// The name in the certificate that a sender must show. None: no certificate is asked for.
    pub client: Option<String>,
}

/// The routes. Who may not send is turned away before a byte of the body is read.
pub(super) fn router(host: Arc<Host>, webhooks: &Webhooks, room: &Room) -> Router {
    let webhooks = Arc::new(webhooks.clone());
    Router::new()
        .route(&format!("{PATH}{{name}}"), post(receive))
        .with_state(host)
        .layer(middleware::from_fn_with_state(room.clone(), gather::gather))
        .layer(middleware::from_fn_with_state(webhooks, admit))
}

async fn admit(
    State(webhooks): State<Arc<Webhooks>>,
    peer: Option<Extension<Peer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let name = request.uri().path().strip_prefix(PATH).unwrap_or_default();
    let Some(options) = webhooks.get(name) else {
        let shown = printable(&name.chars().take(40).collect::<String>());
        return refuse(StatusCode::NOT_FOUND, &format!("there is no webhook `{shown}`"));
    };
    let peer = peer.map(|Extension(peer)| peer);
    if let Err(refusal) = options.admit(peer.as_ref(), request.headers()) {
        let why = format!("webhook {name}: {}", with_causes(&refusal));
        return with_reason(refusal.answer(), why);
    }
    request.extensions_mut().insert(options.clone());
    next.run(request).await
}

async fn receive(
    State(host): State<Arc<Host>>,
    Path(name): Path<String>,
    Extension(options): Extension<WebhookOptions>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(hmac) = &options.hmac
        && let Err(error) = hmac.check(&headers, &body, host.now()).await
    {
        let refusal = match error.may_pass() {
            true => later(failed(StatusCode::SERVICE_UNAVAILABLE, &error)),
            false => failed(StatusCode::UNAUTHORIZED, &error),
        };
        return with_reason(refusal, format!("webhook {name}: {}", with_causes(&error)));
    }
    let detector = options.detector;
    received(&host, KIND, detector, DeliveryId::of(detector, &body), &body).await
}

/// Why a sender is not let in, before a byte of the body is read.
#[derive(Debug, thiserror::Error)]
enum NotAdmitted {
    #[error("this webhook takes nothing from {0} (door.webhook.from)")]
    Address(IpAddr),
    #[error(
        "the address that this request comes from is not known, and this webhook is only for some (door.webhook.from)"
    )]
    NoAddress,
    #[error(
        "this webhook takes requests only over TLS and from who shows the certificate of `{0}` (door.webhook.client)"
    )]
    Certificate(String),
    #[error("the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token of this webhook")]
    Token,
}

impl NotAdmitted {
    fn answer(&self) -> Response {
        match self {
            Self::Address(_) | Self::NoAddress | Self::Certificate(_) => failed(StatusCode::FORBIDDEN, self),
            Self::Token => {
                let mut response = failed(StatusCode::UNAUTHORIZED, self);
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                response
            }
        }
    }
}

impl WebhookOptions {
    fn admit(&self, peer: Option<&Peer>, headers: &HeaderMap) -> Result<(), NotAdmitted> {
        if !self.from.is_empty() {
            let address = peer.map(Peer::ip).ok_or(NotAdmitted::NoAddress)?;
            if !self.from.iter().any(|prefix| prefix.contains(&address)) {
                return Err(NotAdmitted::Address(address));
            }
        }
        if let Some(name) = &self.client
            && !peer.is_some_and(|peer| peer.is_named(name))
        {
            return Err(NotAdmitted::Certificate(name.clone()));
        }
        if !self.tokens.is_empty() && !bearer::shown(headers).is_some_and(|shown| self.tokens.have(shown)) {
            return Err(NotAdmitted::Token);
        }
        Ok(())
    }
}
