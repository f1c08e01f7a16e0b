//! Mishaps: what befalls a journal's requests to DynamoDB, early and often, by a seed.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use bytes::Bytes;
use fastrand::Rng;

use super::{request::AwsRequest, trouble::Kind};

/// What DynamoDB may answer to whoever asks it rightly.
pub const MISHAPS: [Kind; 6] = [
    Kind::Throttled,
    Kind::ThrottledByAccount,
    Kind::Cancelled,
    Kind::Conflict,
    Kind::Fails,
    Kind::Lost,
];

/// The first mishap befalls one of so many requests.
pub const FIRST_MISHAP: usize = 3;

/// How many requests come at most between two that are befallen.
const MOST_SPARED: usize = 6;

/// How often in a row one and the same request is befallen. It is tried eight times; where others are under way too, all their mishaps could be its own.
const IN_A_ROW: usize = 2;

/// What befalls some of the requests to DynamoDB. The same seed means the same mishaps for the first request, the second and so on.
#[derive(Debug)]
pub(super) struct Mishaps {
    random: Rng,
    /// How many requests are spared before the next one that is befallen.
    spared: usize,
    /// The kinds that have still to come before one comes again, in their order. One that can't befall a request waits for another.
    to_come: Vec<Kind>,
    /// What befell requests that may come again, by what they say.
    befallen: HashMap<u64, Befallen>,
}

/// What befell a request since it last came through.
#[derive(Debug, Clone, Copy, Default)]
struct Befallen {
    /// How many tries of it in a row.
    in_a_row: usize,
    /// Whether one of them was done all the same.
    is_done: bool,
}

impl Mishaps {
    /// Those of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        Self {
            spared: random.usize(..FIRST_MISHAP),
            random,
            to_come: Vec::new(),
            befallen: HashMap::new(),
        }
    }

    /// Counts a request, and says what befalls it.
    pub(super) fn befalls(&mut self, request: &AwsRequest, body: &Bytes) -> Option<Kind> {
        if !request.is_dynamo() {
            return None;
        }
        let says = says(request, body);
        let before = self.befallen.remove(&says).unwrap_or_default();
        if self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        if before.in_a_row == IN_A_ROW {
            // The next one that is another.
            return None;
        }
        let kind = self.next(request, before.is_done)?;
        let befallen = Befallen {
            in_a_row: before.in_a_row + 1,
            is_done: before.is_done || kind.is_done(),
        };
        self.befallen.insert(says, befallen);
        self.spared = self.random.usize(..=MOST_SPARED);
        Some(kind)
    }

    fn next(&mut self, request: &AwsRequest, is_done: bool) -> Option<Kind> {
        // DynamoDB knows a transaction by its token: one that was done is in nobody's way any more.
        let is_over = is_done && request.is_transaction();
        let fits = |kind: &Kind| kind.fits(request) && !(is_over && matches!(kind, Kind::Cancelled | Kind::Conflict));
        if !self.to_come.iter().any(fits) {
            let again = MISHAPS.into_iter().filter(|kind| !self.to_come.contains(kind));
            let mut again: Vec<_> = again.collect();
            self.random.shuffle(&mut again);
            self.to_come.append(&mut again);
        }
        let place = self.to_come.iter().position(fits)?;
        Some(self.to_come.remove(place))
    }
}

/// What tells a request that is tried again from others.
fn says(request: &AwsRequest, body: &Bytes) -> u64 {
    let mut hasher = DefaultHasher::new();
    request.action.hash(&mut hasher);
    body.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::*;

    const SEEDS: std::ops::Range<u64> = 0..100;

    fn request(action: &str) -> AwsRequest {
        let scope = "AWS4-HMAC-SHA256 Credential=testing/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host";
        let mut headers = HeaderMap::new();
        headers.insert("authorization", scope.parse().unwrap());
        let target = format!("DynamoDB_20120810.{action}");
        headers.insert("x-amz-target", target.parse().unwrap());
        AwsRequest::read(&headers, b"{}")
    }

    /// What befalls requests with these bodies.
    fn befallen(seed: u64, action: &str, bodies: impl Iterator<Item = usize>) -> Vec<Option<Kind>> {
        let (mut mishaps, request) = (Mishaps::of(seed), request(action));
        bodies
            .map(|body| mishaps.befalls(&request, &body.to_string().into()))
            .collect()
    }

    #[test]
    fn mishaps_come_at_once_and_often_and_each_kind_before_one_comes_again() {
        for seed in SEEDS {
            let befell = befallen(seed, "TransactWriteItems", 0..300);
            let places: Vec<_> = (0..300_usize).filter(|place| befell[*place].is_some()).collect();
            assert!(places[0] < FIRST_MISHAP, "{seed}: {places:?}");
            let spared = places.windows(2).map(|pair| pair[1] - pair[0] - 1);
            assert!(spared.max().unwrap() <= MOST_SPARED, "{seed}: {places:?}");
            let kinds: Vec<_> = befell.into_iter().flatten().collect();
            for turn in kinds.chunks_exact(MISHAPS.len()) {
                assert!(MISHAPS.iter().all(|kind| turn.contains(kind)), "{seed}: {turn:?}");
            }
        }
    }

    #[test]
    fn the_same_seed_is_the_same_mishaps_and_another_seed_others() {
        let of = |seed| befallen(seed, "TransactWriteItems", 0..100);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn nothing_befalls_a_read_that_dynamodb_answers_only_to_writes() {
        for seed in SEEDS {
            let kinds: Vec<_> = befallen(seed, "Query", 0..100).into_iter().flatten().collect();
            assert!(!kinds.contains(&Kind::Cancelled) && !kinds.contains(&Kind::Conflict));
            assert!(kinds.len() > 10, "{seed}: {kinds:?}");
        }
    }

    #[test]
    fn a_request_that_is_tried_again_and_again_is_done_in_the_end() {
        for seed in SEEDS {
            let befell = befallen(seed, "TransactWriteItems", std::iter::repeat_n(0, 100));
            let thrice = befell.windows(IN_A_ROW + 1).any(|row| row.iter().all(Option::is_some));
            assert!(!thrice, "{seed}: {befell:?}");
            assert!(befell.iter().flatten().count() > 10, "{seed}: {befell:?}");
            let is_told_otherwise = befell.windows(2).any(|pair| match pair {
                [Some(Kind::Lost | Kind::Fails), Some(next)] => matches!(next, Kind::Cancelled | Kind::Conflict),
                _ => false,
            });
            assert!(!is_told_otherwise, "{seed}: what was done is not cancelled: {befell:?}");
        }
    }
}
