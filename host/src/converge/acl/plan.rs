//! The plan: the changes that bring a network ACL from what it is to what its holds say.

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    BlockHold, Room, Stance, Terms,
    order::{Ordered, Scene, Standing, order},
    pack,
    wish::{Ground, Wanted, Wish},
};
use crate::{
    cloud::{Direction, Entry, Family, NetworkAcl},
    guard::never_block,
    hold::{Coverage, EntryChange, HoldId, Situation},
};

/// What to change, and what it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPlan {
    /// The changes, in the order in which they are to be made.
    pub changes: Vec<EntryChange>,
    /// How each hold is covered once the changes are made.
    pub coverage: Vec<(HoldId, Coverage)>,
    /// The entries that deny more than any one hold asks for, once the changes are made.
    pub aggregates: Vec<Aggregate>,
}

/// An entry wider than any hold asks for: several share it, because there is no room for one each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Aggregate {
    /// Its number.
    pub rule: u16,
    /// Which way.
    pub direction: Direction,
    /// What it denies.
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// How many prefixes of holds are inside.
    pub offenders: usize,
    /// How many addresses (of IPv6: /64s) it denies that no hold asks for.
    pub innocents: u128,
}

impl EntryPlan {
    /// Whether the ACL does all it can already.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether more room would change nothing: each hold is covered, and none has to share an entry.
    pub(in crate::converge) fn has_room_for_all(&self) -> bool {
        self.aggregates.is_empty() && self.coverage.iter().all(|(_, coverage)| coverage.is_covered())
    }
}

/// Plans one network ACL.
///
/// `live` is the ACL as it is. Which of its entries are ours the situation says, by all that an entry has; whatever else is live belongs to others: it is
/// never changed, and its numbers are never used.
pub fn plan(
    live: &NetworkAcl,
    situation: &Situation,
    terms: &Terms,
    room: &Room,
    stance: &Stance,
    now: Timestamp,
) -> EntryPlan {
    let never = never(situation, terms, now);
    let blocks: Vec<_> = situation.holds.iter().filter_map(BlockHold::of).collect();
    let mut plan = EntryPlan::default();
    for direction in Direction::BOTH {
        let of_direction = live.entries.iter().filter(|entry| entry.direction == direction);
        let (ours, theirs) = of_direction.partition(|entry| situation.own.iter().any(|own| own.is(entry)));
        let ground = Ground {
            direction,
            ours,
            theirs,
            terms,
            room,
            stance,
            never: &never,
            now,
        };
        plan.add(&ground, &blocks);
    }
    plan.coverage.sort_by_key(|(hold, _)| *hold);
    plan
}

impl EntryPlan {
    /// Plans one direction.
    fn add(&mut self, ground: &Ground<'_>, holds: &[BlockHold<'_>]) {
        let holds: Vec<_> = holds
            .iter()
            .copied()
            .filter(|hold| hold.direction == ground.direction)
            .collect();
        let wish = ground.wish(&holds);
        let live = ground.live();
        let standing = |entry: &Entry| Standing {
            entry: entry.clone(),
            needed_until: wish.denied_by(entry.prefix),
            whole_until: wish.denied_whole_by(entry.prefix, &live),
        };
        let moving = ground.ours.iter().filter(|entry| !wish.stays.contains(entry));
        let families = [Family::IPv4, Family::IPv6];
        let scene = Scene {
            direction: ground.direction,
            ours: moving.map(|entry| standing(entry)).collect(),
            wanted: &wish.wanted,
            taken: ground.theirs.iter().map(|entry| entry.number).collect(),
            stays: wish.stays.clone(),
            band: ground.terms.band,
            room: families.map(|family| (family, ground.room_for(family))).into(),
            room_to_move: families.map(|family| (family, ground.room_to_move(family))).into(),
        };
        let is_never = |prefix| {
            ground
                .never
                .iter()
                .any(|(never, _)| never_block::overlaps(*never, prefix))
        };
        let ordered = order(scene, is_never);
        self.changes.extend(ordered.changes.iter().cloned());
        self.tell(ground, &holds, &wish, &ordered);
    }

    /// How each hold comes to be covered.
    fn tell(&mut self, ground: &Ground<'_>, holds: &[BlockHold<'_>], wish: &Wish, ordered: &Ordered) {
        for (prefix, hold, at) in &wish.covered {
            let numbers = &ordered.numbers;
            let coverage = match wish.wanted.get(*at).map(|wanted| (wanted, numbers.get(&wanted.prefix))) {
                Some((wanted, Some(rule))) => Coverage::Covered {
                    rule: *rule,
                    aggregate: (wanted.prefix != *prefix).then_some(wanted.prefix),
                },
                _ => ground.no_number(*prefix),
            };
            self.coverage.push((*hold, coverage));
        }
        self.coverage.extend(wish.others.iter().cloned());
        let asked_for: BTreeSet<IpNet> = holds.iter().map(|hold| hold.prefix).collect();
        let is_wider = |wanted: &&Wanted| !asked_for.contains(&wanted.prefix);
        for wanted in wish.wanted.iter().filter(is_wider) {
            if let Some(rule) = ordered.numbers.get(&wanted.prefix) {
                self.aggregates.push(Aggregate {
                    rule: *rule,
                    direction: ground.direction,
                    prefix: wanted.prefix,
                    offenders: wanted.offenders,
                    innocents: wanted.innocents,
                });
            }
        }
        for entry in ordered.left.iter().filter(|entry| !asked_for.contains(&entry.prefix)) {
            let inside = wish.covered_inside(entry.prefix).iter();
            let inside: Vec<_> = inside.map(|(prefix, ..)| *prefix).collect();
            self.aggregates.push(Aggregate {
                rule: entry.number,
                direction: entry.direction,
                prefix: entry.prefix,
                offenders: inside.len(),
                innocents: pack::innocents(entry.prefix, &inside),
            });
        }
    }
}

/// What no entry of ours may deny on this target, with what it is.
fn never(situation: &Situation, terms: &Terms, now: Timestamp) -> Vec<(IpNet, String)> {
    let always = never_block::ALWAYS
        .iter()
        .map(|(prefix, what)| (*prefix, format!("is {what} and never blocked")));
    let named = terms
        .never
        .iter()
        .filter(|never| never.is_in_force(now))
        .map(|never| (never.prefix, never.what()));
    let spared = situation
        .spare
        .iter()
        .map(|prefix| (*prefix, "is of the own side and never blocked".to_owned()));
    let pardoned = situation
        .pardons
        .iter()
        .map(|pardon| (pardon.prefix, format!("is pardoned {}", pardon.lasts())));
    always.chain(named).chain(spared).chain(pardoned).collect()
}

#[cfg(test)]
mod tests;
