//! Web requests: let through the HTTP door's own routes.

use std::sync::Arc;

use axum::{Router, extract::Request, http::StatusCode, response::Response};
use ipnet::IpNet;
use lambda_runtime::tower::ServiceExt;
use tokio::{sync::Mutex, time::Instant};

use super::{
    super::http::{self, Peer, RequestTerms},
    answer::HttpAnswer,
};
use crate::{secret::SecretError, text::with_causes, way::Host};

/// What a function asks of web requests.
pub struct WebOptions {
    /// From where they may come. Empty: from anywhere.
    pub from: Vec<IpNet>,
    /// What is asked of them besides. None: there is nothing by which anybody could be let in.
    pub terms: Option<MakeTerms>,
}

/// Says what is asked of web requests, when the first of them comes: a secret that is missing is no reason to fail for what comes by other ways.
pub type MakeTerms = Box<dyn Fn() -> Result<RequestTerms, SecretError> + Send + Sync>;

/// The door for web requests.
pub(super) struct Web {
    options: WebOptions,
    /// Made by the first request.
    router: Mutex<Option<Router>>,
}

impl Web {
    pub(super) fn new(options: WebOptions) -> Self {
        Self {
            options,
            router: Mutex::default(),
        }
    }

    /// Lets a request through the HTTP door, and gives the door's answer; or the refusal of what does not come that far.
    pub(super) async fn answer(
        &self,
        host: &Arc<Host>,
        request: Request,
        answer_by: Instant,
    ) -> Result<Response, HttpAnswer> {
        if !self.options.takes_from(&request) {
            return Err(HttpAnswer::refusal(
                StatusCode::FORBIDDEN,
                "nothing is taken from the address that this request comes from (http.from)",
            ));
        }
        let router = self.router(host).await?;
        // An order has a task of its own, which goes on.
        match tokio::time::timeout_at(answer_by, router.oneshot(request)).await {
            Ok(Ok(response)) => Ok(response),
            Err(_) => Err(HttpAnswer::refusal(
                StatusCode::GATEWAY_TIMEOUT,
                "the invocation's time is up: an order goes on with the next, and `quell holds` shows how far it is; an alert may be sent again, twice does no harm",
            )),
        }
    }

    async fn router(&self, host: &Arc<Host>) -> Result<Router, HttpAnswer> {
        let mut router = self.router.lock().await;
        if let Some(router) = &*router {
            return Ok(router.clone());
        }
        let Some(terms) = &self.options.terms else {
            return Err(HttpAnswer::refusal(
                StatusCode::FORBIDDEN,
                "this function has no token, so it takes no web requests: set one of http.token-env, http.token-file, http.token-secret and http.token-parameter in its configuration",
            ));
        };
        let terms = terms().map_err(|error| {
            tracing::error!("{}", with_causes(&error));
            HttpAnswer::refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "a token or a key of this function can't be read; its log says why",
            )
        })?;
        Ok(router.insert(http::router(Arc::clone(host), &terms)).clone())
    }
}

impl WebOptions {
    /// Whether a request may come from where it comes from.
    fn takes_from(&self, request: &Request) -> bool {
        let from = request.extensions().get::<Peer>().map(Peer::ip);
        self.from.is_empty() || from.is_some_and(|from| self.from.iter().any(|prefix| prefix.contains(&from)))
    }
}
