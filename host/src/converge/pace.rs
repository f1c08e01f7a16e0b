//! Pace: how fast Quell writes. It stays under what AWS grants an account and region, so that people and their tools are not throttled by us.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::cloud::{
    CloudPlace,
    bucket::{Bucket, Rate},
};

/// Amazon grants 50 writes at once and 5 more each second, for each kind of write ("Request throttling for the Amazon EC2 API"). Half of
/// that, for all kinds together, leaves the owners' own tools room at the worst moment.
const RATE: Rate = Rate { burst: 25, refill: 2 };

/// A token bucket an account and region.
#[derive(Default)]
pub(super) struct Pace(Mutex<HashMap<CloudPlace, Bucket>>);

impl Pace {
    /// Reserves one write, and says how long to wait before it is made.
    pub(super) fn reserve(&self, place: &CloudPlace, now: Timestamp) -> Duration {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(place.clone()).or_insert_with(|| Bucket::full(RATE, now));
        bucket.reserve(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_own_pace() {
        let pace = Pace::default();
        let place = |region: &str| CloudPlace {
            account: "111122223333".to_owned(),
            region: region.to_owned(),
        };
        let now = Timestamp::UNIX_EPOCH;
        let waits = |region| (0..30).map(|_| pace.reserve(&place(region), now)).max();
        assert!(waits("eu-west-1") > Some(Duration::from_secs(2)));
        assert_eq!(pace.reserve(&place("us-east-1"), now), Duration::ZERO);
    }
}
