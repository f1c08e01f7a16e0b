//! The plan: the changes that bring an ACL from what it is to what its holds say.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use serde::Serialize;

use super::{Band, Room, number};
use crate::{
    cloud::{Direction, Entry, Family, NetworkAcl},
    hold::{Change, Coverage, Hold, HoldId, change::OwnEntry},
};

/// What to change, and what it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The changes, in the order in which they are to be made.
    pub changes: Vec<Change>,
    /// How each hold is covered once the changes are made.
    pub coverage: Vec<(HoldId, Coverage)>,
}

impl Plan {
    /// Whether the ACL does all it can already.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Plans one ACL.
///
/// `own` are the entries that the journal says are ours. Whatever else is live belongs to others: it is never changed, and its
/// numbers are never used. The order is: first remove what no hold wants, which makes room and harms nobody; then create; last remove what was replaced, so that no wanted
/// prefix is open between two calls.
pub fn plan(live: &NetworkAcl, holds: &[Hold], own: &[OwnEntry], band: Band, room: &Room) -> Plan {
    let sides = Direction::BOTH.map(|direction| Side::new(direction, live, own).plan(holds, band, room));
    let mut plan = Plan::default();
    let mut replaced = Vec::new();
    let mut created = Vec::new();
    for side in sides {
        plan.changes.extend(side.unwanted.into_iter().map(Change::Delete));
        created.extend(side.created.into_iter().map(Change::Create));
        replaced.extend(side.replaced.into_iter().map(Change::Delete));
        plan.coverage.extend(side.coverage);
    }
    plan.changes.append(&mut created);
    plan.changes.append(&mut replaced);
    plan.coverage.sort_by_key(|(hold, _)| *hold);
    plan
}

/// One direction of an ACL.
struct Side<'a> {
    direction: Direction,
    /// Live entries that are ours.
    ours: Vec<&'a Entry>,
    /// Live entries that are not, the final denies among them.
    others: Vec<Entry>,
}

/// What one direction needs.
#[derive(Default)]
struct SidePlan {
    unwanted: Vec<Entry>,
    created: Vec<Entry>,
    replaced: Vec<Entry>,
    coverage: Vec<(HoldId, Coverage)>,
}

impl<'a> Side<'a> {
    fn new(direction: Direction, live: &'a NetworkAcl, own: &[OwnEntry]) -> Self {
        let (ours, others): (Vec<_>, Vec<_>) = live
            .entries
            .iter()
            .filter(|entry| entry.direction == direction)
            .partition(|entry| own.iter().any(|own| own.is(entry)));
        Self {
            direction,
            ours,
            others: others.into_iter().cloned().collect(),
        }
    }

    fn plan(&self, holds: &[Hold], band: Band, room: &Room) -> SidePlan {
        let holds: Vec<_> = holds.iter().filter(|hold| hold.direction == self.direction).collect();
        let wanted: BTreeSet<IpNet> = holds.iter().map(|hold| hold.prefix).collect();

        let mut side = SidePlan::default();
        let mut working: BTreeMap<IpNet, u16> = BTreeMap::new();
        for entry in &self.ours {
            if !wanted.contains(&entry.prefix) {
                side.unwanted.push((*entry).clone());
            } else if self.works(entry) && !working.contains_key(&entry.prefix) {
                working.insert(entry.prefix, entry.number);
            } else {
                side.replaced.push((*entry).clone());
            }
        }
        let mut coverages: BTreeMap<IpNet, Coverage> = BTreeMap::new();
        for hold in &holds {
            if coverages.contains_key(&hold.prefix) {
                continue;
            }
            let coverage = match working.get(&hold.prefix) {
                Some(rule) => Coverage::Covered {
                    rule: *rule,
                    aggregate: None,
                },
                None => self.cover(hold.prefix, band, room, &mut side),
            };
            coverages.insert(hold.prefix, coverage);
        }
        // An entry that stands too high is better than none: it stays until there is a better one.
        side.replaced
            .retain(|entry| coverages.get(&entry.prefix).is_some_and(Coverage::is_covered));
        side.coverage = holds
            .iter()
            .map(|hold| (hold.id, coverages.get(&hold.prefix).cloned().unwrap_or_default()))
            .collect();
        side
    }

    /// Whether an entry of ours denies before anything allows.
    fn works(&self, entry: &Entry) -> bool {
        number::lowest_allow(&self.others, entry.prefix).is_none_or(|allow| entry.number < allow)
    }

    /// Finds a place for a prefix that no entry of ours denies.
    fn cover(&self, prefix: IpNet, band: Band, room: &Room, side: &mut SidePlan) -> Coverage {
        let lowest_allow = number::lowest_allow(&self.others, prefix);
        if let Some(rule) = number::effective_deny(&self.others, prefix, lowest_allow) {
            return Coverage::CoveredByOthers { rule };
        }
        let family = Family::of(prefix);
        if let Some(why) = room.refusal(self.direction, family, self.in_use(family, side)) {
            return Coverage::NotCovered { why };
        }
        let taken = |number| self.is_taken(number, side);
        let Some(number) = number::free(taken, band, lowest_allow) else {
            let below = lowest_allow.map_or(String::new(), |allow| {
                format!(" below rule {allow}, the lowest that allows some of it")
            });
            return Coverage::NotCovered {
                why: format!("no number from {} to {} is free{below}", band.first, band.last),
            };
        };
        side.created.push(Entry::deny(number, self.direction, prefix));
        Coverage::Covered {
            rule: number,
            aggregate: None,
        }
    }

    /// How many entries of a family the direction will hold, before anything that is replaced goes.
    fn in_use(&self, family: Family, side: &SidePlan) -> usize {
        let same_family = |entry: &&Entry| Family::of(entry.prefix) == family;
        let ours = self.ours.iter().copied().filter(|entry| !side.unwanted.contains(entry));
        ours.chain(&self.others)
            .chain(&side.created)
            .filter(same_family)
            .count()
    }

    /// Whether a number is in use, now or by then. The numbers of entries that are to go stay taken for this plan: if their removal fails, nothing
    /// else must have counted on it.
    fn is_taken(&self, number: u16, side: &SidePlan) -> bool {
        let live = self.ours.iter().copied().chain(&self.others);
        live.chain(&side.created).any(|entry| entry.number == number)
    }
}

#[cfg(test)]
mod tests;
