//! Packed: the prefixes to deny when entries may be added, each hold's own or, where room is short, the best that several can share.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::{
    BlockHold,
    pack::{NeverDeny, Offender, Packing, Weight},
    weight::weight,
    wish::{Ground, Wanted},
};
use crate::cloud::{Entry, Family, RuleAction};

impl Ground<'_> {
    /// As many prefixes as there is room for: each hold's own if all have room, else the best packing.
    pub(super) fn packed(&self, candidates: &[BlockHold<'_>], stays: &[Entry]) -> Vec<Wanted> {
        let families = [Family::IPv4, Family::IPv6].map(|family| {
            let of_family = candidates.iter().filter(|hold| Family::of(hold.prefix) == family);
            let offenders: Vec<_> = of_family
                .map(|hold| Offender {
                    prefix: hold.prefix,
                    weight: weight(hold, self.now),
                })
                .collect();
            let staying = stays.iter().filter(|entry| Family::of(entry.prefix) == family).count();
            FamilyWish {
                family,
                alone: one_by_one(&offenders),
                offenders,
                room: self.room_for(family).saturating_sub(staying),
            }
        });
        let numbers = self.free_numbers().saturating_sub(stays.len());
        let alone: usize = families.iter().map(|family| family.alone.len()).sum();
        let [four, six] = &families;
        if four.fits() && six.fits() && alone <= numbers {
            return families.iter().flat_map(|family| self.each(&family.alone)).collect();
        }
        let [first, second] = [four, six].map(|family| self.solve(family));
        let (for_four, for_six) = share(&first, four.room, &second, six.room, numbers);
        let mut wanted = self.chosen(four, &first, for_four);
        wanted.extend(self.chosen(six, &second, for_six));
        wanted
    }

    fn solve(&self, family: &FamilyWish) -> Packing {
        // What an owner lets in early and by name, no aggregate of ours shall cut off.
        let early = self
            .theirs
            .iter()
            .filter(|entry| entry.action == RuleAction::Allow && entry.prefix.prefix_len() > 0);
        let never = self.never.iter().map(|(prefix, _)| *prefix);
        let never: Vec<IpNet> = never.chain(early.map(|entry| entry.prefix)).collect();
        let in_place: Vec<IpNet> = self.ours.iter().map(|entry| entry.prefix).collect();
        let rules = self.terms.packing(family.family);
        Packing::solve(
            &family.offenders,
            &NeverDeny::new(&never),
            &in_place,
            &rules,
            family.room,
        )
    }

    fn chosen(&self, family: &FamilyWish, packing: &Packing, rules: usize) -> Vec<Wanted> {
        if family.alone.len() <= rules {
            return self.each(&family.alone).collect();
        }
        let chosen = packing.choose(rules).into_iter();
        chosen
            .map(|chosen| self.wanted(chosen.prefix, chosen.weight, chosen.offenders, chosen.innocents))
            .collect()
    }

    fn each(&self, offenders: &[Offender]) -> impl Iterator<Item = Wanted> {
        offenders
            .iter()
            .map(|alone| self.wanted(alone.prefix, alone.weight, 1, 0))
    }

    /// How many numbers of the band others leave.
    fn free_numbers(&self) -> usize {
        let taken: BTreeSet<u16> = self.theirs.iter().map(|entry| entry.number).collect();
        let band = self.terms.band;
        (band.first..=band.last)
            .filter(|number| !taken.contains(number))
            .count()
    }
}

/// What one family asks for.
struct FamilyWish {
    family: Family,
    offenders: Vec<Offender>,
    /// Those that are inside of no other, with the weight of all that are inside of them.
    alone: Vec<Offender>,
    room: usize,
}

impl FamilyWish {
    fn fits(&self) -> bool {
        self.alone.len() <= self.room
    }
}

/// The offenders that are inside of no other, in order. Each has the weight of all inside of it.
fn one_by_one(offenders: &[Offender]) -> Vec<Offender> {
    let mut weights: BTreeMap<IpNet, Weight> = BTreeMap::new();
    for offender in offenders {
        let sum = weights.entry(offender.prefix).or_default();
        *sum = sum.saturating_add(offender.weight);
    }
    let mut alone: Vec<Offender> = Vec::new();
    // In this order a wider prefix comes before those inside of it.
    for (prefix, weight) in weights {
        match alone.last_mut().filter(|last| last.prefix.contains(&prefix)) {
            Some(outer) => outer.weight = outer.weight.saturating_add(weight),
            None => alone.push(Offender { prefix, weight }),
        }
    }
    alone
}

/// How many of `numbers`, which the families share, each gets: so that the most weight is covered.
fn share(four: &Packing, room_four: usize, six: &Packing, room_six: usize, numbers: usize) -> (usize, usize) {
    if room_four + room_six <= numbers {
        return (room_four, room_six);
    }
    let shares = (0..=numbers).map(|for_four| (for_four.min(room_four), (numbers - for_four).min(room_six)));
    let best = shares.max_by_key(|(for_four, for_six)| four.value(*for_four).saturating_add(six.value(*for_six)));
    best.unwrap_or_default()
}
