//! An HTTP door with a host and a journal behind it, and what must hold of each of its answers.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::Timestamp;
use quell::{
    alert::printable::printable_lines,
    clock::{Clock, ManualClock},
    cloud::Clouds,
    door::http::{RequestTerms, router},
    fact::NoObservations,
    hold::{DeliveryId, Journal, SqliteJournal},
    report::Mode,
    way::Host,
};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::stand;

/// After so many requests everything is made anew: what is in the journal then makes it slow, and full in the end.
const REQUESTS: usize = 300;

/// A door, open.
pub(super) struct OpenDoor {
    runtime: Runtime,
    router: Router,
    journal: Arc<dyn Journal>,
    left: usize,
}

impl OpenDoor {
    /// The door of these terms, whose clock stands still at this time: the same one for some requests.
    pub(super) fn of(open: &mut Option<Self>, now: Timestamp, terms: fn() -> RequestTerms) -> &mut Self {
        let still = open.take().filter(|door| door.left > 0);
        open.insert(still.unwrap_or_else(|| Self::new(now, &terms()).expect("a door on memory can be opened")))
    }

    fn new(now: Timestamp, terms: &RequestTerms) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory()?);
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(now));
        let clouds = Arc::new(Clouds::new([]));
        let parts = stand::parts(clouds, Arc::new(NoObservations), &clock, &journal, Mode::Observe, None);
        let host = Host::new(parts);
        let router = {
            let _guard = runtime.enter();
            router(Arc::new(host), terms)
        };
        Ok(Self {
            runtime,
            router,
            journal,
            left: REQUESTS,
        })
    }

    /// The journal behind it, and what waits for it.
    pub(super) fn journal(&self) -> (&dyn Journal, &Runtime) {
        (self.journal.as_ref(), &self.runtime)
    }

    /// Sends a request, and looks at what must hold of every answer. Gives the status and the answer's body.
    pub(super) fn send(&mut self, request: Request<Body>) -> (StatusCode, String) {
        self.left = self.left.saturating_sub(1);
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        let (head, body) = answer.expect("a router always answers").into_parts();
        let body = self.runtime.block_on(to_bytes(body, usize::MAX));
        let body = body.expect("the answer is in memory");
        let text = std::str::from_utf8(&body).expect("the answer is text");
        assert_ne!(head.status, StatusCode::INTERNAL_SERVER_ERROR, "{text}");
        if head.status.is_client_error() {
            assert!(!text.trim().is_empty(), "{} without a reason", head.status);
            assert_eq!(text, printable_lines(text), "an answer that is not printable");
        }
        // What is acknowledged is in the journal.
        if head.status == StatusCode::ACCEPTED
            && let Some(place) = head.headers.get(header::LOCATION)
        {
            let place = place.to_str().expect("it is text");
            let id = DeliveryId::read(place.strip_prefix("/deliveries/").expect("it is a delivery"));
            let kept = self.runtime.block_on(self.journal.delivery(&id));
            let kept = kept.expect("the journal can be read");
            assert!(kept.is_some(), "{place} was acknowledged and is not in the journal");
        }
        (head.status, text.to_owned())
    }
}
