//! What chains left out of what stood, and the rows of the journal that may be it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{
        Chain, LeftOut, Link,
        left_out::digest_of_all,
        verify::{Finding, Flaw},
    },
    Standing,
};
use crate::digest::Digest;

/// What a chain left out.
pub(super) struct NotNamed {
    /// The link that says so.
    number: u64,
    says: LeftOut,
    /// The rows that no link names, as they are now.
    rows: BTreeMap<String, Digest>,
}

impl NotNamed {
    /// What of the rows can't be what was left out.
    fn finding(&self, chain: &Chain) -> Option<Finding> {
        let (things, rows) = (self.says.things, u64::try_from(self.rows.len()).unwrap_or(u64::MAX));
        let number = self.number;
        let flaw = if rows > things {
            Flaw::Unknown {
                row: format!("one of {rows} holds and pardons, of which record {number} left out {things},"),
            }
        } else if rows == things && self.says.earlier.is_none() && digest_of_all(&self.rows) != self.says.digest {
            // With fewer rows some were told of since, and nobody knows how they were.
            Flaw::Differs {
                row: format!("one of the {things} holds and pardons that record {number} left out"),
                what: vec!["something".to_owned()],
            }
        } else {
            return None;
        };
        Some(Finding::new(chain, Some(number), flaw))
    }
}

impl Standing {
    /// What a chain left out by the last link that says so.
    pub fn left_out(&self, chain: &Chain) -> Option<LeftOut> {
        self.not_named.get(chain).map(|not_named| not_named.says)
    }

    /// Hears a link that may have left something out.
    pub(super) fn hear_left_out(&mut self, link: &Link, value: &Value) {
        let says = value.get("left-out").cloned();
        let Some(says) = says.and_then(|says| serde_json::from_value(says).ok()) else {
            return;
        };
        let not_named = NotNamed {
            number: link.number,
            says,
            rows: BTreeMap::new(),
        };
        self.not_named.insert(link.chain.clone(), not_named);
    }

    /// Takes a row that stands, and that no link names, for one that was left out. Returns whether its chain left any out.
    pub(super) fn may_be_left_out(&mut self, chain: &Chain, row: &str, now: Digest) -> bool {
        let Some(not_named) = self.not_named.get_mut(chain) else {
            return false;
        };
        not_named.rows.insert(row.to_owned(), now);
        self.older += 1;
        true
    }

    /// What of those rows can't have been left out.
    pub(super) fn not_left_out(&self) -> impl Iterator<Item = Finding> {
        let all = self.not_named.iter();
        all.filter_map(|(chain, not_named)| not_named.finding(chain))
    }
}

#[cfg(test)]
mod tests {
    use ipnet::IpNet;
    use jiff::Timestamp;

    use super::*;
    use crate::hold::{
        Pardon,
        archive::Record,
        ledger::{Event, Head, standing::stands},
    };

    fn pardon(number: u32) -> Record {
        let prefix = IpNet::from(std::net::IpAddr::from(std::net::Ipv4Addr::from_bits(number)));
        Record::Pardon(Pardon {
            prefix,
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::MAX,
            reason: "a partner".to_owned(),
        })
    }

    /// What is found of rows, if a chain began when so many pardons stood.
    fn found(stood: u32, rows: impl Iterator<Item = Record>) -> Vec<String> {
        let chain = Chain::orders();
        let standing = (0..stood).filter_map(|number| stands(&pardon(number))).collect();
        let (mut heard, mut head) = (Standing::default(), Head::NOTHING);
        for event in Event::began(&chain, standing) {
            let link = Link::forge(&chain, head, Timestamp::UNIX_EPOCH, &event).unwrap();
            head = link.head();
            heard.hear(&link);
        }
        let mut found: Vec<_> = rows.filter_map(|row| heard.compare(&row)).collect();
        found.extend(heard.missing());
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_no_record_names_because_it_is_too_much_is_not_taken_for_added() {
        assert_eq!(found(30_005, (0..30_005).map(pardon)), [""; 0]);
    }

    #[test]
    fn what_was_added_to_what_no_record_names_is_found() {
        insta::assert_snapshot!(found(30_005, (0..30_006).map(pardon)).join("\n"), @"orders 10: ADDED: one of 6 holds and pardons, of which record 10 left out 5, is in the journal, and the ledger knows nothing of it");
        assert_eq!(found(3_005, (0..3_006).map(pardon)).len(), 1);
    }

    #[test]
    fn what_was_put_in_the_place_of_what_no_record_names_is_found() {
        let mut left_out: Vec<_> = (0..30_005).map(pardon).collect();
        left_out.sort_by_key(|pardon| stands(pardon).map(|(name, _)| name));
        let rows = left_out.into_iter().take(30_004).chain([pardon(77_777)]);
        insta::assert_snapshot!(found(30_005, rows).join("\n"), @"orders 10: CHANGED: one of the 5 holds and pardons that record 10 left out is not as the ledger has it: something");
    }
}
