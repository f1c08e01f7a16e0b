//! Telling Stealthwatch Cloud: a comment, a judgement, tags, and that an alert is closed, in one `PATCH`.
//!
//! A comment that is sent twice stands there twice. So each bears a mark, and where an earlier try may have got there the alert's comments are looked at first. If
//! they can't be read it waits for the next try; only if the alert has no comments that can be read is it said again.

use async_trait::async_trait;
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde_json::{Map, Value, json};
use url::Url;

use super::{DetectorService, FeedbackError, text};
use crate::{
    config::feedback::StealthwatchFeedback,
    fact::stealthwatch::{Fault, LazyClient, OptionsError, StealthwatchOptions},
    hold::{Feedback, News, Subject},
    secret::SharedSecret,
    text::with_causes,
};

/// The longest comment, in characters. The API names no limit.
const LONGEST_COMMENT: usize = 4_000;

/// The most bytes that are read of an answer.
const MOST_BYTES: usize = 1024 * 1024;

/// The alerts of Stealthwatch Cloud, as far as they are told something.
#[derive(Debug)]
pub struct StealthwatchAlerts {
    client: LazyClient,
    alerts: Url,
    options: StealthwatchOptions,
    told: StealthwatchFeedback,
}

impl StealthwatchAlerts {
    /// Checks the options. Nothing is asked yet.
    ///
    /// # Errors
    /// If the options can't be used.
    pub fn new(options: StealthwatchOptions, told: StealthwatchFeedback) -> Result<Self, OptionsError> {
        let alerts = options.url("alerts/alert/")?;
        Ok(Self {
            client: LazyClient::default(),
            alerts,
            options,
            told,
        })
    }

    /// Where an alert is. None if this is no number, which would lead elsewhere.
    fn url(&self, id: &str) -> Option<Url> {
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| self.alerts.join(&format!("{id}/")).ok()).flatten()
    }

    fn change(&self, feedback: &Feedback) -> Value {
        let mut change = Map::new();
        if self.told.comment || feedback.news == News::Over {
            let comment = text::marked(&feedback.text, &feedback.id, LONGEST_COMMENT);
            change.insert("new_comment".to_owned(), json!(comment));
        }
        if feedback.news == News::Done {
            if !self.told.tags.is_empty() {
                change.insert("tags".to_owned(), json!(self.told.tags));
            }
            if self.told.close && feedback.settles {
                change.insert("resolved".to_owned(), json!(true));
                if let Some(merit) = self.told.merit {
                    change.insert("merit".to_owned(), json!(merit.number()));
                }
            }
        }
        Value::Object(change)
    }

    /// Sends a request; if the key is refused, which may be because it was rotated, with the new one.
    async fn send(&self, method: Method, url: &Url, body: Option<&Value>) -> Result<Response, FeedbackError> {
        let key = self.options.key.value().await.map_err(|error| passing(&error))?;
        let response = self.send_with(&key, method.clone(), url, body).await?;
        let is_refused = matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
        if is_refused && let Some(other) = self.options.key.refused(&key).await {
            return self.send_with(&other, method, url, body).await;
        }
        Ok(response)
    }

    async fn send_with(
        &self,
        key: &SharedSecret,
        method: Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Response, FeedbackError> {
        let authorization = self.options.authorization(key).map_err(|error| passing(&error))?;
        let request = self
            .client
            .get(url, &self.options)
            .map_err(|fault| passing(&fault))?
            .request(method, url.clone())
            .header(AUTHORIZATION, authorization)
            .header(ACCEPT, "application/json");
        let request = body.into_iter().fold(request, RequestBuilder::json);
        let sent = request.send().await;
        sent.map_err(|error| passing(&Fault::transport(error, self.options.timeout)))
    }

    /// Whether the alert's comments bear the mark. None if it has none that can be read.
    async fn bears(&self, url: &Url, mark: &str) -> Result<Option<bool>, FeedbackError> {
        let mut response = self.send(Method::GET, url, None).await?;
        check(response.status())?;
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await;
            let chunk = chunk.map_err(|error| passing(&Fault::transport(error, self.options.timeout)))?;
            let Some(chunk) = chunk else { break };
            if body.len() + chunk.len() > MOST_BYTES {
                return Ok(None);
            }
            body.extend_from_slice(&chunk);
        }
        let alert: Option<Value> = serde_json::from_slice(&body).ok();
        let comments = alert
            .as_ref()
            .and_then(|alert| alert.pointer("/comments/comments")?.as_array());
        Ok(comments.map(|comments| {
            let mut texts = comments.iter().filter_map(|comment| comment.get("comment")?.as_str());
            texts.any(|text| text.contains(mark))
        }))
    }
}

#[async_trait]
impl DetectorService for StealthwatchAlerts {
    async fn tell(&self, feedback: &Feedback) -> Result<(), FeedbackError> {
        let Subject::Alert { id } = &feedback.subject else {
            return Err(FeedbackError::Final(format!(
                "{} is none of its alerts",
                feedback.subject
            )));
        };
        let url = self
            .url(id)
            .ok_or_else(|| FeedbackError::Final(format!("`{id}` is not the number of an alert")))?;
        let change = self.change(feedback);
        let is_comment = change.get("new_comment").is_some();
        if feedback.attempts > 1 && is_comment && self.bears(&url, &text::mark(&feedback.id)).await? == Some(true) {
            return Ok(());
        }
        let response = self.send(Method::PATCH, &url, Some(&change)).await?;
        check(response.status())
    }
}

/// What a status means. No part of the answer's text is told, because it may repeat the key.
fn check(status: StatusCode) -> Result<(), FeedbackError> {
    let number = status.as_u16();
    match status {
        _ if status.is_success() => Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(FeedbackError::Passing(format!(
            "status {number}: Stealthwatch Cloud does not accept the user and key for changes of alerts; check both, and that the user may change alerts"
        ))),
        StatusCode::TOO_MANY_REQUESTS => Err(FeedbackError::Passing(format!(
            "status {number}: Stealthwatch Cloud is told too much; lower `per-minute` in [feedback]"
        ))),
        _ if status.is_server_error() => Err(FeedbackError::Passing(format!(
            "status {number}: Stealthwatch Cloud failed"
        ))),
        StatusCode::NOT_FOUND => Err(FeedbackError::Final(format!(
            "status {number}: Stealthwatch Cloud does not know the alert any more"
        ))),
        _ => Err(FeedbackError::Final(format!(
            "status {number}: Stealthwatch Cloud does not take the change"
        ))),
    }
}

fn passing(error: &(dyn std::error::Error + 'static)) -> FeedbackError {
    FeedbackError::Passing(with_causes(error))
}
