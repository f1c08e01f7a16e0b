//! Capacity: how full a network ACL is, and of what.

use serde::{Deserialize, Serialize};

use super::room::{QuotaSource, Room};
use crate::{
    cloud::{Direction, Entry, Family, NetworkAcl},
    hold::{Coverage, HoldId, Situation, Target},
};

/// How full a network ACL is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// The ACL.
    pub target: Target,
    /// One a direction and family.
    pub sides: Vec<SideCapacity>,
}

/// How full one direction of a network ACL is, for one family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SideCapacity {
    /// Which way.
    pub direction: Direction,
    /// Which family.
    pub family: Family,
    /// How many rules there may be, the final deny included.
    pub quota: u16,
    /// Who says so.
    pub quota_source: QuotaSource,
    /// How many rules AWS was seen to take at most, the final deny not counted. None if it never said no.
    pub learnt: Option<usize>,
    /// How many there are of others, the final deny not counted.
    pub others: usize,
    /// How many there are of ours.
    pub ours: usize,
    /// How many of ours there is room for.
    pub room: usize,
    /// How many holds are in force.
    pub holds: usize,
    /// How many of them nothing covers.
    pub not_covered: usize,
}

impl Capacity {
    /// Of a network ACL that is `live`, of which the journal knows this, and whose holds are, or would be, covered so.
    pub(in crate::converge) fn of(
        target: &Target,
        live: &NetworkAcl,
        situation: &Situation,
        coverage: &[(HoldId, Coverage)],
        room: &Room,
    ) -> Self {
        let sides = Direction::BOTH.into_iter().flat_map(|direction| {
            [Family::IPv4, Family::IPv6]
                .into_iter()
                .map(move |family| SideCapacity::of(direction, family, live, situation, coverage, room))
        });
        Self {
            target: target.clone(),
            sides: sides.collect(),
        }
    }
}

impl SideCapacity {
    fn of(
        direction: Direction,
        family: Family,
        live: &NetworkAcl,
        situation: &Situation,
        coverage: &[(HoldId, Coverage)],
        room: &Room,
    ) -> Self {
        let is_here =
            |entry: &&Entry| !entry.is_final() && entry.direction == direction && Family::of(entry.prefix) == family;
        let is_ours = |entry: &&Entry| situation.own.iter().any(|own| own.is(entry));
        let entries = || live.entries.iter().filter(is_here);
        let ours = entries().filter(is_ours).count();
        let others = entries().count() - ours;
        let denials = situation.holds.iter().filter(|hold| {
            let denial = hold.remedy.denial();
            denial.is_some_and(|denial| denial.direction == direction && Family::of(denial.prefix) == family)
        });
        let holds: Vec<_> = denials.map(|hold| hold.id).collect();
        let uncovered = coverage
            .iter()
            .filter(|(id, coverage)| !coverage.is_covered() && holds.contains(id));
        Self {
            direction,
            family,
            quota: room.quota(),
            quota_source: room.source(),
            learnt: room.learnt(direction, family),
            others,
            ours,
            room: room.for_us(direction, family, others),
            holds: holds.len(),
            not_covered: uncovered.count(),
        }
    }

    /// How many more of ours there is room for.
    pub fn left(&self) -> usize {
        self.room.saturating_sub(self.ours)
    }
}
