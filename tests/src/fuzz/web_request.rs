//! A request to the HTTP door: method and path on the first line, a header on each line that follows, then an empty line and the body.

use std::{cell::RefCell, sync::Arc};

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
    door::http::{Powers, RequestTerms, router},
    fact::NoObservations,
    hold::{DeliveryId, Journal, SqliteJournal},
    report::Mode,
    secret::LiveSecret,
    way::Host,
};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::stand;

/// The most bytes of a body.
const MOST: usize = 4096;
/// After so many requests everything is made anew: what is in the journal then makes it slow, and full in the end.
const REQUESTS: usize = 300;

/// A door with a host and a journal behind it.
struct Open {
    runtime: Runtime,
    router: Router,
    journal: Arc<dyn Journal>,
    left: usize,
}

thread_local! {
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

/// Sends the bytes as a request.
pub fn run(bytes: &[u8]) {
    let Some((request, shows_token)) = request(bytes) else {
        return;
    };
    OPEN.with_borrow_mut(|open| {
        let open = match open {
            Some(open) if open.left > 0 => open,
            _ => open.insert(Open::new().expect("a door on memory can be opened")),
        };
        open.left -= 1;
        open.send(request, shows_token);
    });
}

impl Open {
    fn new() -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory()?);
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let clouds = Arc::new(Clouds::new([]));
        let parts = stand::parts(clouds, Arc::new(NoObservations), &clock, &journal, Mode::Observe, None);
        let host = Host::new(parts);
        let terms = RequestTerms {
            powers: Powers::of(Some(LiveSecret::fixed("let-me-in"))),
            max_body: MOST,
            ..RequestTerms::default()
        };
        let router = {
            let _guard = runtime.enter();
            router(Arc::new(host), &terms)
        };
        Ok(Self {
            runtime,
            router,
            journal,
            left: REQUESTS,
        })
    }

    fn send(&self, request: Request<Body>, shows_token: bool) {
        let is_open = request.uri().path() == "/healthz";
        let answer = self.runtime.block_on(self.router.clone().oneshot(request));
        let answer = answer.expect("a router always answers");
        let (head, body) = answer.into_parts();
        let body = self
            .runtime
            .block_on(to_bytes(body, usize::MAX))
            .expect("the answer is in memory");
        let text = std::str::from_utf8(&body).expect("the answer is text");
        assert_ne!(head.status, StatusCode::INTERNAL_SERVER_ERROR, "{text}");
        if !shows_token && !is_open {
            assert!(!head.status.is_success(), "without the token: {text}");
        }
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
            let kept = self
                .runtime
                .block_on(self.journal.delivery(&id))
                .expect("the journal can be read");
            assert!(kept.is_some(), "{place} was acknowledged and is not in the journal");
        }
    }
}

/// The request, and whether it shows the token.
fn request(bytes: &[u8]) -> Option<(Request<Body>, bool)> {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let mut rest = lines.next().unwrap_or_default();
    let (method, path) = first.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(path);
    let mut shows_token = false;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        shows_token |= name.eq_ignore_ascii_case(b"authorization") && value.ends_with(b"let-me-in");
        request = request.header(name, value);
    }
    Some((request.body(Body::from(rest.to_vec())).ok()?, shows_token))
}
