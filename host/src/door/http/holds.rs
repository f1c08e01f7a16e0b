//! `GET /holds`: what is in force, by what the question asks for.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::answer::{failed, refuse};
use crate::{
    address::AddressOrPrefix,
    cloud::Direction,
    hold::{HoldFilter, Resource},
    way::Host,
};

/// What can be asked for. All of it must be fulfilled.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Question {
    all: bool,
    address: Option<AddressOrPrefix>,
    account: Option<String>,
    region: Option<String>,
    #[serde(alias = "acl")]
    at: Option<Resource>,
    plugin: Option<String>,
    direction: Option<Direction>,
    covered: Option<bool>,
}

impl From<Question> for HoldFilter {
    fn from(question: Question) -> Self {
        Self {
            ended: question.all,
            overlaps: question.address.map(Into::into),
            account: question.account,
            region: question.region,
            resource: question.at,
            plugin: question.plugin,
            direction: question.direction,
            covered: question.covered,
            ..Self::default()
        }
    }
}

pub(super) async fn list(State(host): State<Arc<Host>>, question: Result<Query<Question>, QueryRejection>) -> Response {
    let question = match question {
        Ok(Query(question)) => question,
        Err(rejection) => return refuse(StatusCode::BAD_REQUEST, &rejection.body_text()),
    };
    match host.journal().holds(&question.into()).await {
        Ok(holds) => Json(holds).into_response(),
        Err(error) => failed(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}
