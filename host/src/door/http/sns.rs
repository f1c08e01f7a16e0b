//! `POST /sns`: what SNS sends to an HTTP endpoint that was subscribed to a topic.
//!
//! Only the topics of the configuration are listened to, and only their subscriptions are confirmed. Whoever sends must show the token, as at any other address of this door, which SNS does
//! as the password of HTTP Basic, where the endpoint that was subscribed is `https://quell:TOKEN@HOST/sns`. And each message must bear SNS's signature, unless the configuration says that
//! those of its topic are not checked.

pub mod amazon;
pub mod authority;
pub mod certificates;
pub mod confirm;
mod freshness;
mod notice;
mod signatures;
mod signed;
pub mod signing_cert_url;
pub mod subscribe_url;
pub mod subscription;
#[cfg(feature = "aws")]
pub mod topic;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

pub use self::signatures::{NotGenuine, Signatures};
use self::{
    confirm::Confirm,
    notice::{Notice, NoticeError},
    subscribe_url::SubscribeUrl,
};
use super::{
    answer::{failed, later, refuse},
    refusals::with_reason,
    routes::received,
};
use crate::{
    alert::{self, Detector, printable::printable},
    door::message::{self, Message},
    hold::{DeliveryId, JournalError},
    text::with_causes,
    way::Host,
};

/// What the journal calls it.
const KIND: &str = "sns";

/// Where SNS sends to.
const PATH: &str = "/sns";

/// Says of which type a notice is, as its body does.
const TYPE: &str = "x-amz-sns-message-type";
/// The most characters that the ARN of a topic can have, rounded up: a name has 256 at most. No more of one that is not known is repeated.
const LONGEST_ARN: usize = 320;
/// Is there, and `true`, where SNS sends a message without anything around it.
const RAW: &str = "x-amz-sns-rawdelivery";

/// The topics that are listened to, and who confirms their subscriptions.
#[derive(Debug, Clone)]
pub struct SnsOptions {
    /// By ARN.
    pub topics: BTreeMap<String, TopicOptions>,
    /// Who fetches the address at which a subscription is confirmed.
    pub confirm: Arc<dyn Confirm>,
}

impl SnsOptions {
    /// Whether every message must be signed.
    pub(super) fn are_all_checked(&self) -> bool {
        self.topics.values().all(|topic| topic.signatures.is_some())
    }
}

/// What is asked of the messages of a topic.
#[derive(Debug, Clone)]
pub struct TopicOptions {
    /// Whose alerts they are. None: each message is looked at.
    pub detector: Option<Detector>,
    /// How their signatures are checked. None: they are not, and whoever shows the token is believed.
    pub signatures: Option<Signatures>,
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

async fn receive(State(door): State<Arc<SnsDoor>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match read(&body, header(TYPE), header(RAW)) {
        Ok(notice) => door.take(notice, &body).await,
        Err(error) => with_reason(failed(StatusCode::BAD_REQUEST, &error), with_causes(&error)),
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
        let Some(options) = self.options.topics.get(topic) else {
            let shown: String = topic.chars().take(LONGEST_ARN).collect();
            let why = format!("the topic {} is not among those of [[door.sns]]", printable(&shown));
            return with_reason(refuse(StatusCode::FORBIDDEN, &why), why);
        };
        if let Some(signatures) = &options.signatures
            && let Err(error) = signatures.check(body, topic, self.host.now()).await
        {
            return not_genuine(topic, &error);
        }
        match notice {
            Notice::Notification { .. } => self.admit(options.detector, body).await,
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
        // For a message with an id that SNS would not give.
        let id = DeliveryId::of(detector.unwrap_or_else(|| alert::recognise(body)), body);
        let carried = match message::open(&text, id) {
            Message::Alert(carried) => carried,
            Message::End(_) => {
                return match self.host.tend().await {
                    Ok(_) => (StatusCode::OK, Json(json!({ "state": "looked" }))).into_response(),
                    Err(error) => failed(StatusCode::SERVICE_UNAVAILABLE, &error),
                };
            }
        };
        let detector = detector.unwrap_or_else(|| alert::recognise(carried.body.as_bytes()));
        match self.is_other(&carried.id, detector, &carried.body).await {
            Ok(false) => {}
            Ok(true) => {
                let why = format!(
                    "the id {} came before, with another content: SNS gives no two messages the same id",
                    carried.id
                );
                tracing::error!("{why}");
                return refuse(StatusCode::CONFLICT, &why);
            }
            Err(error) => {
                tracing::error!("{}", with_causes(&error));
                return later(failed(StatusCode::SERVICE_UNAVAILABLE, &error));
            }
        }
        received(&self.host, KIND, detector, carried.id, carried.body.as_bytes()).await
    }

    /// Whether a delivery of this id is in the journal already and is another than this.
    async fn is_other(&self, id: &DeliveryId, detector: Detector, body: &str) -> Result<bool, JournalError> {
        if let Some(before) = self.host.journal().delivery(id).await? {
            return Ok(before.body != body);
        }
        // A body with several alerts is there by their numbers.
        let Some(before) = self.host.journal().delivery(&id.numbered(1)).await? else {
            return Ok(false);
        };
        let alerts = self.host.decoders().alerts_in(detector, body.as_bytes());
        Ok(alerts.is_ok_and(|alerts| {
            alerts
                .first()
                .is_none_or(|alert| alert.as_bytes() != before.body.as_bytes())
        }))
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

/// A message that SNS did not send, or of which nobody knows yet whether it did. Then SNS may send it again.
fn not_genuine(topic: &str, error: &NotGenuine) -> Response {
    let refusal = match error.may_pass() {
        true => later(failed(StatusCode::SERVICE_UNAVAILABLE, error)),
        false => failed(StatusCode::FORBIDDEN, error),
    };
    with_reason(
        refusal,
        format!(
            "a message of {topic} was not taken for one of SNS: {}",
            with_causes(error)
        ),
    )
}

#[cfg(test)]
mod tests;
