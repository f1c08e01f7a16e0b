//! Room: how many entries of ours a network ACL can take.

use crate::cloud::{Direction, Family};

/// Where the quota in use comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuotaSource {
    /// The configuration (`network-acl.quota`).
    Configured,
    /// Service Quotas.
    ServiceQuotas,
    /// Nobody said; it is Amazon's default.
    Default,
}

/// How many entries a network ACL can take, a direction and family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    quota: u16,
    source: QuotaSource,
    reserve: u16,
    /// How many entries there were, the final deny not counted, when the API said that it takes no more. The API is right.
    full: Vec<(Direction, Family, usize)>,
}

impl Room {
    /// Room for `quota` rules a direction and family, the final deny included: documents disagree on whether it counts, and this is
    /// the reading that never plans a rule too many. `reserve` of them are left free for people.
    pub fn new(quota: u16, source: QuotaSource, reserve: u16) -> Self {
        Self {
            quota,
            source,
            reserve,
            full: Vec::new(),
        }
    }

    /// The quota in use, the final deny included.
    pub fn quota(&self) -> u16 {
        self.quota
    }

    /// Where the quota comes from.
    pub fn source(&self) -> QuotaSource {
        self.source
    }

    /// Notes that the API said `NetworkAclEntryLimitExceeded` while there were `entries`, the final deny not counted.
    pub fn is_full_at(&mut self, direction: Direction, family: Family, entries: usize) {
        self.full.retain(|(other, of, _)| (*other, *of) != (direction, family));
        self.full.push((direction, family, entries));
    }

    /// How many entries the API takes, the final deny not counted, if it has said so.
    pub fn learnt(&self, direction: Direction, family: Family) -> Option<usize> {
        let found = self
            .full
            .iter()
            .find(|(other, of, _)| (*other, *of) == (direction, family));
        found.map(|(_, _, entries)| *entries)
    }

    /// How many entries of ours there is room for, beside `others`, the final deny not counted.
    pub fn for_us(&self, direction: Direction, family: Family, others: usize) -> usize {
        self.at_most(direction, family, others)
            .saturating_sub(usize::from(self.reserve))
    }

    /// As [`Self::for_us`], with the reserve: for a moment only.
    pub(super) fn at_most(&self, direction: Direction, family: Family, others: usize) -> usize {
        let by_quota = usize::from(self.quota).saturating_sub(1);
        let learnt = self.learnt(direction, family);
        let limit = learnt.map_or(by_quota, |learnt| learnt.min(by_quota));
        limit.saturating_sub(others)
    }

    /// Why there is room for so many only.
    pub(super) fn reason(&self, direction: Direction, family: Family, others: usize) -> String {
        let reserve = match self.reserve {
            0 => String::new(),
            reserve => format!(", {reserve} kept free for people"),
        };
        let ours = match self.for_us(direction, family, others) {
            0 => "none is left for ours".to_owned(),
            1 => "the one left for ours goes to heavier holds".to_owned(),
            left => format!("the {left} left for ours go to heavier holds"),
        };
        match self.learnt(direction, family) {
            Some(learnt) if learnt < usize::from(self.quota).saturating_sub(1) => format!(
                "no room: AWS takes no more than {learnt} {direction} rules for {family} here (NetworkAclEntryLimitExceeded), {others} are others'{reserve}; {ours}"
            ),
            _ => format!(
                "no room: of {} {direction} rules for {family} (quota L-2AEEBF1A) {} are others'{reserve}; {ours}",
                self.quota,
                others + 1,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Egress, Ingress};
    use Family::{IPv4, IPv6};

    fn room() -> Room {
        Room::new(20, QuotaSource::Default, 1)
    }

    #[test]
    fn the_final_deny_others_and_the_reserve_come_off_the_quota() {
        assert_eq!(room().for_us(Ingress, IPv4, 1), 17);
        assert_eq!(room().for_us(Ingress, IPv4, 18), 0);
        assert_eq!(room().for_us(Ingress, IPv4, 500), 0);
    }

    #[test]
    fn what_the_api_says_counts_where_it_said_it_and_never_makes_more_room() {
        let mut room = room();
        room.is_full_at(Ingress, IPv4, 10);
        assert_eq!(room.for_us(Ingress, IPv4, 4), 5);
        assert_eq!(room.for_us(Egress, IPv4, 4), 14);
        assert_eq!(room.for_us(Ingress, IPv6, 4), 14);
        room.is_full_at(Ingress, IPv4, 400);
        assert_eq!(room.for_us(Ingress, IPv4, 4), 14);
    }

    #[test]
    fn a_hold_without_room_is_told_the_figures() {
        let mut room = room();
        insta::assert_snapshot!(room.reason(Ingress, IPv4, 17), @"no room: of 20 ingress rules for IPv4 (quota L-2AEEBF1A) 18 are others', 1 kept free for people; the one left for ours goes to heavier holds");
        assert!(room.reason(Ingress, IPv4, 18).ends_with("none is left for ours"));
        room.is_full_at(Ingress, IPv4, 12);
        insta::assert_snapshot!(room.reason(Ingress, IPv4, 4), @"no room: AWS takes no more than 12 ingress rules for IPv4 here (NetworkAclEntryLimitExceeded), 4 are others', 1 kept free for people; the 7 left for ours go to heavier holds");
    }
}
