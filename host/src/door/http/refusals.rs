//! Refused requests: each is counted, and told to the log as long as they are few. In a flood a line for each would fill the disk and hide what else there is.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Extension, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use super::{peer::Peer, rate::sender};
use crate::metrics::Counters;

/// How many lines a second there are at most, each about another sender.
const MOST_LINES: usize = 10;
/// For so long a sender is told of once.
const A_SECOND: Duration = Duration::from_secs(1);

/// Why a request was refused. Goes along with the answer.
#[derive(Debug, Clone)]
struct Why(String);

/// The same answer, of which the log is told why. `why` has nothing in it that is not printable.
pub(super) fn with_reason(mut response: Response, why: String) -> Response {
    response.extensions_mut().insert(Why(why));
    response
}

/// The requests that are refused. Copies share what was told.
#[derive(Debug, Clone)]
pub(super) struct Refusals {
    counters: Arc<Counters>,
    told: Arc<Mutex<Told>>,
}

/// What was told within a second.
#[derive(Debug)]
struct Told {
    since: Instant,
    senders: HashSet<Option<IpAddr>>,
    /// How many were not told, since that was last said.
    untold: u64,
}

/// What is to be told of one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Telling {
    /// Whether it has a line of its own.
    line: bool,
    /// How many others had none. 0: nothing is said of them now.
    untold: u64,
}

impl Refusals {
    pub(super) fn new(counters: Arc<Counters>) -> Self {
        let told = Told {
            since: Instant::now(),
            senders: HashSet::new(),
            untold: 0,
        };
        Self {
            counters,
            told: Arc::new(Mutex::new(told)),
        }
    }

    fn tell(&self, status: StatusCode, of: Option<IpAddr>, why: &str) {
        let telling = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.one_more(of, Instant::now())
        };
        let (status, sender) = (status.as_u16(), of.map(tracing::field::display));
        if telling.untold > 0 {
            tracing::warn!(
                untold = telling.untold,
                "more requests were refused than are told one by one; quell_requests_refused_total counts them all"
            );
        }
        match telling.line {
            true if status >= 500 => tracing::error!(status, sender, "a request was refused: {why}"),
            true => tracing::warn!(status, sender, "a request was refused: {why}"),
            false => {}
        }
    }
}

impl Told {
    fn one_more(&mut self, sender: Option<IpAddr>, now: Instant) -> Telling {
        let mut untold = 0;
        if now.saturating_duration_since(self.since) >= A_SECOND {
            untold = std::mem::take(&mut self.untold);
            self.senders.clear();
            self.since = now;
        }
        let line = self.senders.len() < MOST_LINES && self.senders.insert(sender);
        if !line {
            self.untold += 1;
        }
        Telling { line, untold }
    }
}

/// Counts a request that is refused, and tells the log why if that is to be told.
pub(super) async fn count(
    State(refusals): State<Refusals>,
    peer: Option<Extension<Peer>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        refusals.counters.refused(status.as_u16());
        if let Some(Why(why)) = response.extensions_mut().remove() {
            refusals.tell(status, peer.map(|Extension(peer)| sender(peer.ip())), &why);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telling(line: bool, untold: u64) -> Telling {
        Telling { line, untold }
    }

    #[test]
    fn a_sender_has_a_line_a_second_and_all_together_ten_and_none_is_silently_left_out() {
        let start = Instant::now();
        let mut told = Told {
            since: start,
            senders: HashSet::new(),
            untold: 0,
        };
        let of = |number: u8| Some(IpAddr::from([198, 51, 100, number]));
        assert_eq!(told.one_more(of(0), start), telling(true, 0));
        assert_eq!(told.one_more(of(0), start), telling(false, 0));
        let lines = (0..100).filter(|number| told.one_more(of(*number), start).line).count();
        assert_eq!(lines, MOST_LINES - 1);
        // 1 and 91 had none.
        assert_eq!(told.one_more(of(0), start + A_SECOND), telling(true, 92));
        assert_eq!(told.one_more(None, start + A_SECOND), telling(true, 0));
    }
}
