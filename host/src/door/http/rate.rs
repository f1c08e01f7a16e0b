//! How many requests a sender may make: so many a minute by address, and no more at once than a minute's.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{Extension, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{answer::refuse, peer::Peer, refusals::with_reason};

/// The most senders of which it is known how many requests they made. Those that were quiet for longest are forgotten, which only makes it laxer for them.
const MOST_SENDERS: usize = 10_000;

/// How many requests each sender may make. Copies share what was counted.
#[derive(Debug, Clone)]
pub(super) struct Rate {
    a_minute: u32,
    senders: Arc<Mutex<HashMap<IpAddr, Bucket>>>,
}

/// What a sender has left, at a time.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Rate {
    pub(super) fn new(a_minute: u32) -> Self {
        Self {
            a_minute,
            senders: Arc::default(),
        }
    }

    /// Counts a request. If it is one too many, says when the next may come.
    fn count(&self, sender: IpAddr, now: Instant) -> Result<(), Duration> {
        let most = f64::from(self.a_minute);
        let a_second = most / 60.0;
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if senders.len() >= MOST_SENDERS && !senders.contains_key(&sender) {
            let quietest = senders
                .iter()
                .min_by_key(|(_, bucket)| bucket.at)
                .map(|(sender, _)| *sender);
            quietest.and_then(|quietest| senders.remove(&quietest));
        }
        let bucket = senders.entry(sender).or_insert(Bucket { left: most, at: now });
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * a_second;
        bucket.left = (bucket.left + gained).min(most);
        bucket.at = now;
        if bucket.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.left) / a_second));
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

/// Lets a request on if its sender made not too many.
pub(super) async fn limit(
    State(rate): State<Rate>,
    peer: Option<Extension<Peer>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(Extension(peer)) = peer else {
        return next.run(request).await;
    };
    match rate.count(sender(peer.ip()), Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(wait) => {
            let seconds = wait.as_secs() + 1;
            let why = format!(
                "more than {} requests a minute came from this address (http.limits.requests-per-minute): the next may come in {seconds} s",
                rate.a_minute
            );
            let mut response = refuse(StatusCode::TOO_MANY_REQUESTS, &why);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            with_reason(response, why)
        }
    }
}

/// Whom an address belongs to: of IPv6 everybody has a /64 of addresses.
pub(super) fn sender(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_has_a_minutes_requests_at_once_and_then_as_they_come_back() {
        let (rate, start) = (Rate::new(60), Instant::now());
        let one: IpAddr = "198.51.100.1".parse().unwrap();
        for _ in 0..60 {
            rate.count(one, start).unwrap();
        }
        assert_eq!(rate.count(one, start), Err(Duration::from_secs(1)));
        // Another is not kept out by that.
        rate.count("198.51.100.2".parse().unwrap(), start).unwrap();
        rate.count(one, start + Duration::from_secs(1)).unwrap();
        assert!(rate.count(one, start + Duration::from_millis(1500)).is_err());
        // However long nothing comes, no more than a minute's are saved.
        let later = start + Duration::from_secs(3600);
        assert_eq!((0..100).filter(|_| rate.count(one, later).is_ok()).count(), 60);
    }

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_sender() {
        let one = sender("2001:db8::1".parse().unwrap());
        assert_eq!(one, sender("2001:db8::ffff:0:0:1".parse().unwrap()));
        assert_ne!(one, sender("2001:db8:0:1::1".parse().unwrap()));
    }

    #[test]
    fn no_number_of_senders_fills_the_memory() {
        let (rate, now) = (Rate::new(1), Instant::now());
        for number in 0..10_100u32 {
            let _ = rate.count(IpAddr::from(number.to_be_bytes()), now);
        }
        assert!(rate.senders.lock().unwrap().len() <= MOST_SENDERS);
    }
}
