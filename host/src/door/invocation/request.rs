//! Web requests as a Function URL and API Gateway tell them to a function, made into what the HTTP door takes. Pure.
//!
//! Payload format 2.0 is that of Function URLs and HTTP APIs, 1.0 that of REST APIs, and of HTTP APIs that are told so. The library for it, `lambda_http`, panics at a strange `Host` header or at broken Base64, both
//! of which a stranger can send.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use axum::{
    body::Body,
    extract::Request,
    http::{Uri, uri::PathAndQuery},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use url::form_urlencoded;

use crate::door::http::Peer;

/// Why a request can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// It has not the form of either payload format.
    #[error("the event is not that of a Function URL or of API Gateway, in payload format 1.0 or 2.0")]
    Form(#[source] serde_json::Error),
    /// Its body is not what it says.
    #[error("the request's body is not the Base64 that the event says it is")]
    Base64(#[source] base64::DecodeError),
    /// Its path, method or a header is none.
    #[error("the request has no path, method or header that HTTP knows")]
    Http(#[source] axum::http::Error),
}

/// Reads the event of a request.
pub fn read(event: &str) -> Result<Request, RequestError> {
    let Version { version } = serde_json::from_str(event).map_err(RequestError::Form)?;
    let parts = if version.as_deref() == Some("2.0") {
        serde_json::from_str::<Payload2>(event).map(Parts::from)
    } else {
        serde_json::from_str::<Payload1>(event).map(Parts::from)
    };
    parts.map_err(RequestError::Form)?.into_request()
}

#[derive(Deserialize)]
struct Version {
    version: Option<String>,
}

/// What both formats say.
struct Parts {
    method: String,
    path: String,
    /// As it stands behind the `?`, encoded.
    query: String,
    headers: Vec<(String, String)>,
    /// As AWS saw it. Headers that tell of addresses are whatever the sender likes.
    sender: Option<IpAddr>,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload2 {
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    request_context: Context2,
    #[serde(flatten)]
    content: Content,
}

#[derive(Deserialize)]
struct Context2 {
    http: Http2,
    stage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http2 {
    method: String,
    source_ip: Option<String>,
}

impl From<Payload2> for Parts {
    fn from(payload: Payload2) -> Self {
        let Context2 { http, stage } = payload.request_context;
        let Http2 { method, source_ip } = http;
        Self {
            method,
            path: without_stage(payload.raw_path, stage),
            query: payload.raw_query_string,
            headers: payload.headers.into_iter().collect(),
            sender: address(source_ip),
            content: payload.content,
        }
    }
}

/// Its maps may be null.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload1 {
    /// An HTTP API says it, a REST API does not.
    version: Option<String>,
    http_method: String,
    path: String,
    headers: Option<BTreeMap<String, String>>,
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    query_string_parameters: Option<BTreeMap<String, String>>,
    multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    request_context: Option<Context1>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Default, Deserialize)]
struct Context1 {
    identity: Option<Identity1>,
    stage: Option<String>,
    /// As it was sent, with the stage.
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity1 {
    source_ip: Option<String>,
}

impl From<Payload1> for Parts {
    fn from(payload: Payload1) -> Self {
        let parameters = pairs(
            payload.multi_value_query_string_parameters,
            payload.query_string_parameters,
        );
        let Context1 {
            identity,
            stage,
            path: sent,
        } = payload.request_context.unwrap_or_default();
        // A REST API takes the stage out of the path itself. With an HTTP API it is still in there where the path is the one that was sent.
        let has_stage = payload.version.is_some() && sent.is_none_or(|sent| sent == payload.path);
        Self {
            method: payload.http_method,
            path: without_stage(payload.path, stage.filter(|_| has_stage)),
            query: form_urlencoded::Serializer::new(String::new())
                .extend_pairs(parameters)
                .finish(),
            headers: pairs(payload.multi_value_headers, payload.headers),
            sender: address(identity.and_then(|identity| identity.source_ip)),
            content: payload.content,
        }
    }
}

/// A path without the stage before it. A stage with a name of its own stands there.
fn without_stage(path: String, stage: Option<String>) -> String {
    let behind = stage
        .filter(|stage| stage != "$default")
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage.as_str()))
        .filter(|behind| behind.starts_with('/'));
    behind.map(ToOwned::to_owned).unwrap_or(path)
}

/// Where a test of API Gateway's console comes from is no address.
fn address(source_ip: Option<String>) -> Option<IpAddr> {
    source_ip?.parse().ok()
}

/// All values, or of each name the one that there is.
fn pairs(many: Option<BTreeMap<String, Vec<String>>>, one: Option<BTreeMap<String, String>>) -> Vec<(String, String)> {
    match many {
        Some(many) if !many.is_empty() => {
            let each = many
                .into_iter()
                .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)));
            each.collect()
        }
        _ => one.unwrap_or_default().into_iter().collect(),
    }
}

impl Parts {
    fn into_request(self) -> Result<Request, RequestError> {
        let body = match self.content.body {
            Some(body) if self.content.is_base64_encoded => {
                Body::from(BASE64_STANDARD.decode(body).map_err(RequestError::Base64)?)
            }
            body => Body::from(body.unwrap_or_default()),
        };
        let target = match self.query.as_str() {
            "" => self.path,
            query => format!("{}?{query}", self.path),
        };
        let target = PathAndQuery::try_from(target).map_err(|error| RequestError::Http(error.into()))?;
        let mut request = Request::builder().method(self.method.as_str()).uri(Uri::from(target));
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(sender) = self.sender {
            request = request.extension(Peer {
                address: SocketAddr::new(sender, 0),
                certificate: None,
            });
        }
        request.body(body).map_err(RequestError::Http)
    }
}

#[cfg(test)]
mod tests;
