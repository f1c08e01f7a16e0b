//! `POST /sns`: what SNS sends to an HTTP endpoint that was subscribed to a topic.
//!
//! Only the topics of the configuration are listened to, and only their subscriptions are confirmed. Signatures are not looked at: as at any other address of this door, who shows the token
//! is let in. SNS shows it as the password of HTTP Basic, where the endpoint that was subscribed is `https://quell:TOKEN@HOST/sns`.

pub mod confirm;
mod notice;
pub mod subscribe_url;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use self::{
    confirm::Confirm,
    notice::{Notice, NoticeError},
    subscribe_url::SubscribeUrl,
};
use super::{
    answer::{failed, refuse, too_long},
    routes::received,
};
use crate::{
    alert::{self, Detector, printable::printable},
    door::message::{self, Message},
    hold::DeliveryId,
    text::with_causes,
    way::Host,
};

/// What the journal calls it.
const KIND: &str = "sns";

/// Where SNS sends to.
pub(super) const PATH: &str = "/sns";

/// Says of which type a notice is, as its body does.
const TYPE: &str = "x-amz-sns-message-type";
/// Is there, and `true`, where SNS sends a message without anything around it.
const RAW: &str = "x-amz-sns-rawdelivery";

/// The topics that are listened to, each with its detector, or none if each message is looked at; and who confirms subscriptions.
#[derive(Debug, Clone)]
pub struct SnsOptions {
    /// By ARN.
    pub topics: BTreeMap<String, Option<Detector>>,
    /// Who fetches the address at which a subscription is confirmed.
    pub confirm: Arc<dyn Confirm>,
}

/// The route.
pub(super) fn router(host: Arc<Host>, options: SnsOptions) -> Router {
    let door = Arc::new(SnsDoor { host, options });
    Router::new().route(PATH, post(receive)).with_state(door)
}

struct SnsDoor {
    host: Arc<Host>,
    options: SnsOptions,
}

async fn receive(
    State(door): State<Arc<SnsDoor>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => return too_long(),
        Err(rejection) => return refuse(rejection.status(), &rejection.body_text()),
    };
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match read(&body, header(TYPE), header(RAW)) {
        Ok(notice) => door.take(notice, &body).await,
        Err(error) => {
            tracing::error!("{}", with_causes(&error));
            failed(StatusCode::BAD_REQUEST, &error)
        }
    }
}

fn read<'body>(body: &'body [u8], kind: Option<&str>, raw: Option<&str>) -> Result<Notice<'body>, NoticeError> {
    if raw.is_some_and(|raw| raw.eq_ignore_ascii_case("true")) {
        return Err(NoticeError::Raw);
    }
    let notice = Notice::read(body)?;
    match kind {
        Some(kind) if kind != notice.kind() => Err(NoticeError::OtherType {
            said: printable(kind),
            is: notice.kind(),
        }),
        _ => Ok(notice),
    }
}

impl SnsDoor {
    async fn take(&self, notice: Notice<'_>, body: &[u8]) -> Response {
        let topic = notice.topic();
        let Some(detector) = self.options.topics.get(topic) else {
            let topic = printable(topic);
            tracing::warn!(topic, "a message of a topic that is not configured was refused");
            let why = format!("the topic {topic} is not among those of [[door.sns]]");
            return refuse(StatusCode::FORBIDDEN, &why);
        };
        match notice {
            Notice::Notification { .. } => self.admit(*detector, body).await,
            Notice::SubscriptionConfirmation {
                topic_arn,
                subscribe_url,
            } => self.confirm(&topic_arn, &subscribe_url).await,
            Notice::UnsubscribeConfirmation { topic_arn } => {
                tracing::error!(
                    topic = printable(&topic_arn),
                    "the subscription of this topic was ended, so none of its alerts come any more; if nobody meant that, subscribe again"
                );
                (StatusCode::OK, Json(json!({ "state": "unsubscribed" }))).into_response()
            }
        }
    }

    async fn admit(&self, detector: Option<Detector>, body: &[u8]) -> Response {
        let text = String::from_utf8_lossy(body);
        let carried = match message::open(&text, DeliveryId::of_bytes(body)) {
            Message::Alert(carried) => carried,
            Message::End(_) => {
                return match self.host.tend().await {
                    Ok(_) => (StatusCode::OK, Json(json!({ "state": "looked" }))).into_response(),
                    Err(error) => failed(StatusCode::SERVICE_UNAVAILABLE, &error),
                };
            }
        };
        let detector = detector.unwrap_or_else(|| alert::recognise(carried.body.as_bytes()));
        received(&self.host, KIND, detector, carried.id, carried.body.as_bytes()).await
    }

    async fn confirm(&self, topic: &str, url: &str) -> Response {
        let url = match SubscribeUrl::read(url, topic) {
            Ok(url) => url,
            Err(error) => {
                tracing::error!(topic, "a subscription is not confirmed: {error}");
                return failed(StatusCode::BAD_REQUEST, &error);
            }
        };
        match self.options.confirm.confirm(&url).await {
            Ok(()) => {
                tracing::info!(topic, "the subscription is confirmed");
                (StatusCode::OK, Json(json!({ "state": "confirmed" }))).into_response()
            }
            Err(error) => {
                tracing::error!(
                    topic,
                    "the subscription could not be confirmed: {}; SNS may ask again, or request the confirmation anew",
                    with_causes(&error)
                );
                failed(StatusCode::BAD_GATEWAY, &error)
            }
        }
    }
}
