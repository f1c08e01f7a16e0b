//! What stands, named by as many records as that takes, and what is left out because there is more of it than can be written at one moment.
//!
//! Every journal cuts at the same places, so that a chain of a file fits into a table and goes on there as it would have in the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::told::digest_of;
use crate::digest::Digest;

/// How many things one record names. A name and its digest have up to 120 bytes, and DynamoDB takes items of up to 400 KB.
const MOST_OF_A_RECORD: usize = 3_000;
/// How many records are written at one moment: DynamoDB takes transactions of up to 4 MB.
const MOST_RECORDS: usize = 10;

/// What stands and no record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOut {
    /// How many things, at most: what is told later on is counted here all the same.
    pub things: u64,
    /// SHA-256 of a JSON object, in the form of a record's text, of their names and digests, such as `{"hold 17":"…"}`.
    pub digest: Digest,
    /// SHA-256 of what a record that went for its age had said here. `things` counts what that left out too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Digest>,
}

impl LeftOut {
    fn of(things: &BTreeMap<String, Digest>, earlier: Option<Self>) -> Option<Self> {
        if things.is_empty() {
            return earlier;
        }
        let count = u64::try_from(things.len()).unwrap_or(u64::MAX);
        Some(Self {
            things: count.saturating_add(earlier.map_or(0, |earlier| earlier.things)),
            digest: digest_of_all(things),
            earlier: earlier.map(|earlier| digest_of(&serde_json::to_value(earlier).unwrap_or_default())),
        })
    }
}

/// The digest of things by their names and digests.
pub(super) fn digest_of_all(things: &BTreeMap<String, Digest>) -> Digest {
    // They always have a form in JSON: the keys are texts.
    digest_of(&serde_json::to_value(things).unwrap_or_default())
}

/// What each record names, of which there is one at least; the last one also says what is left out, with what was `earlier`.
pub(super) fn portions(
    standing: BTreeMap<String, Digest>,
    earlier: Option<LeftOut>,
) -> Vec<(BTreeMap<String, Digest>, Option<LeftOut>)> {
    let (mut portions, mut left) = (Vec::new(), standing);
    while portions.is_empty() || (!left.is_empty() && portions.len() < MOST_RECORDS) {
        let rest = match left.keys().nth(MOST_OF_A_RECORD).cloned() {
            Some(first) => left.split_off(&first),
            None => BTreeMap::new(),
        };
        portions.push((std::mem::replace(&mut left, rest), None));
    }
    if let Some((_, left_out)) = portions.last_mut() {
        *left_out = LeftOut::of(&left, earlier);
    }
    portions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hold::ledger::{Chain, Event, Head, Link};

    /// Pardons of the longest names that there are.
    fn standing(count: usize) -> BTreeMap<String, Digest> {
        let name = |number: usize| {
            format!(
                "pardon ffff:ffff:ffff:ffff:ffff:ffff:{:04x}:{:04x}/128",
                0xf000 + number / 0x1000,
                0xf000 + number % 0x1000
            )
        };
        (0..count)
            .map(|number| (name(number), Digest::of(&number.to_be_bytes())))
            .collect()
    }

    #[test]
    fn what_stands_is_named_once_each_by_records_that_fit_into_items() {
        for count in [0, 1, 3_000, 3_001, 7_000, 30_000] {
            let portions = portions(standing(count), None);
            assert_eq!(portions.len(), count.div_ceil(MOST_OF_A_RECORD).max(1));
            assert!(portions.iter().all(|(_, left_out)| left_out.is_none()));
            let named: BTreeMap<_, _> = portions.into_iter().flat_map(|(portion, _)| portion).collect();
            assert_eq!(named, standing(count));
        }
    }

    #[test]
    fn the_longest_record_fits_into_an_item_and_all_of_one_moment_into_a_transaction() {
        let mut bytes = Vec::new();
        for event in Event::began(&Chain::orders(), standing(40_000)) {
            let link = Link::forge(&Chain::orders(), Head::NOTHING, jiff::Timestamp::MAX, &event).unwrap();
            bytes.push(link.text.len());
        }
        assert!(bytes.iter().all(|bytes| *bytes < 400_000), "{bytes:?}");
        assert!(bytes.iter().sum::<usize>() < 4_000_000, "{bytes:?}");
    }

    #[test]
    fn what_is_left_out_is_counted_and_told_by_its_digest() {
        let mut all = standing(30_007);
        let last = all.keys().nth(30_000).cloned().unwrap();
        let told = portions(all.clone(), None);
        let rest = all.split_off(&last);
        let left_out = told.last().unwrap().1.unwrap();
        assert_eq!((left_out.things, left_out.earlier), (7, None));
        assert_eq!(left_out.digest, digest_of_all(&rest));
        assert!(told.iter().rev().skip(1).all(|(_, left_out)| left_out.is_none()));
    }

    #[test]
    fn what_was_left_out_before_is_not_forgotten() {
        let before = portions(standing(30_007), None).last().unwrap().1;
        assert_eq!(portions(standing(5), before), [(standing(5), before)]);
        let both = portions(standing(30_001), before).last().unwrap().1.unwrap();
        assert_eq!(both.things, 8);
        assert!(both.earlier.is_some());
    }
}
