//! What network ACLs were like a while ago, for answers that lag behind.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::cloud::acl::NetworkAcl;

/// How many changes are remembered. Answers lag by seconds; nobody looks back over more changes than this.
const MOST: usize = 1000;

/// The last changes of network ACLs, oldest first.
#[derive(Debug, Default)]
pub(super) struct Past(VecDeque<Changed>);

#[derive(Debug)]
struct Changed {
    at: Timestamp,
    /// The ACL as it was until then.
    until_then: NetworkAcl,
}

impl Past {
    /// Remembers that an ACL was like this until `at`.
    pub(super) fn remember(&mut self, at: Timestamp, until_then: NetworkAcl) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Changed { at, until_then });
    }

    /// The ACL `present` as it was at `time`; as far back as is remembered.
    pub(super) fn at(&self, time: Timestamp, present: &NetworkAcl) -> NetworkAcl {
        let later = self
            .0
            .iter()
            .find(|changed| changed.at > time && changed.until_then.id == present.id);
        later.map_or_else(|| present.clone(), |changed| changed.until_then.clone())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn acl(id: &str, is_default: bool) -> NetworkAcl {
        NetworkAcl {
            id: id.parse().unwrap(),
            vpc: "vpc-0a1b2c3d".parse().unwrap(),
            subnets: Vec::new(),
            is_default,
            entries: Vec::new(),
        }
    }

    fn second(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn an_acl_is_told_as_it_was_and_not_as_another_was() {
        let mut past = Past::default();
        past.remember(second(10), acl("acl-0a1b2c3d", true));
        past.remember(second(20), acl("acl-0e0e0e0e", true));
        let present = acl("acl-0a1b2c3d", false);
        assert!(past.at(second(9), &present).is_default);
        assert!(!past.at(second(10), &present).is_default);
        assert!(past.at(second(19), &acl("acl-0e0e0e0e", false)).is_default);
    }

    #[test]
    fn the_past_does_not_grow_without_end() {
        let mut past = Past::default();
        for number in 0..5000 {
            past.remember(second(number), acl("acl-0a1b2c3d", true));
        }
        assert_eq!(past.0.len(), MOST);
    }
}
