//! The wish: which prefixes entries of ours shall deny in one direction, and what becomes of the holds that they don't cover.

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    BlockHold, Room, Stance, Terms, number,
    pack::{self, Weight},
    weight::weight,
};
use crate::{
    cloud::{Direction, Entry, Family},
    guard::never_block::overlaps,
    hold::{Coverage, HoldId},
};

/// A prefix that an entry of ours shall deny.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) prefix: IpNet,
    /// What all holds that it covers weigh.
    pub(super) weight: Weight,
    /// How many prefixes of holds it covers.
    pub(super) offenders: usize,
    /// How many addresses (of IPv6: /64s) it denies that no hold asks for.
    pub(super) innocents: u128,
    /// The highest number of the band at which it works.
    pub(super) last: u16,
    /// The highest number at all at which it works.
    pub(super) last_working: u16,
}

/// What one direction of an ACL shall be.
#[derive(Debug, Default)]
pub(super) struct Wish {
    /// Apart from each other, in order.
    pub(super) wanted: Vec<Wanted>,
    /// The holds that a wanted prefix covers, in the order of their own prefixes, with the index of that one.
    pub(super) covered: Vec<(IpNet, HoldId, usize)>,
    /// The other holds, and why.
    pub(super) others: Vec<(HoldId, Coverage)>,
    /// Entries that stand too high to deny everything, but have no better place: they stay.
    pub(super) stays: Vec<Entry>,
}

impl Wish {
    /// The covered holds inside a prefix.
    pub(super) fn covered_inside(&self, prefix: IpNet) -> &[(IpNet, HoldId, usize)] {
        // In this order all that is inside a prefix stands together, right from the prefix itself on.
        let first = self.covered.partition_point(|(inner, ..)| *inner < prefix);
        let inside = self.covered.get(first..).unwrap_or_default();
        let count = inside.partition_point(|(inner, ..)| prefix.contains(inner));
        inside.get(..count).unwrap_or_default()
    }

    /// The wanted prefixes that cover the holds of which an entry of ours denies all or a part: those inside of it, and those around it.
    pub(super) fn denied_by(&self, entry: IpNet) -> BTreeSet<IpNet> {
        let around = self.around(entry).map(|(_, at)| at);
        self.prefixes(self.covered_inside(entry).iter().map(|(_, _, at)| *at).chain(around))
    }

    /// Of these the ones whose holds are denied as a whole today, by the entry alone or together with others of the `live` entries, which are in the
    /// order of their numbers.
    pub(super) fn denied_whole_by(&self, entry: IpNet, live: &[&Entry]) -> BTreeSet<IpNet> {
        let around = self.around(entry).filter(|(hold, _)| number::is_denied(live, *hold));
        let around = around.map(|(_, at)| at);
        self.prefixes(self.covered_inside(entry).iter().map(|(_, _, at)| *at).chain(around))
    }

    /// The covered holds that are wider than an entry, with the indices of the prefixes that cover them.
    fn around(&self, entry: IpNet) -> impl Iterator<Item = (IpNet, usize)> {
        let before = self
            .covered
            .iter()
            .take_while(move |(hold, ..)| hold.network() <= entry.network());
        let around = before.filter(move |(hold, ..)| *hold != entry && hold.contains(&entry));
        around.map(|(hold, _, at)| (*hold, *at))
    }

    fn prefixes(&self, indices: impl Iterator<Item = usize>) -> BTreeSet<IpNet> {
        let wanted = indices.filter_map(|at| self.wanted.get(at));
        wanted.map(|wanted| wanted.prefix).collect()
    }
}

/// One direction of an ACL, and what is to be known of it.
pub(super) struct Ground<'a> {
    pub(super) direction: Direction,
    /// Live entries that are ours.
    pub(super) ours: Vec<&'a Entry>,
    /// Live entries that are not, the final denies among them.
    pub(super) theirs: Vec<&'a Entry>,
    pub(super) terms: &'a Terms,
    pub(super) room: &'a Room,
    pub(super) stance: &'a Stance,
    /// What must never be denied, with what it is.
    pub(super) never: &'a [(IpNet, String)],
    pub(super) now: Timestamp,
}

impl Ground<'_> {
    /// How many entries of others there are of a family, the final deny not counted.
    pub(super) fn theirs_of(&self, family: Family) -> usize {
        let counts = |entry: &&&Entry| !entry.is_final() && Family::of(entry.prefix) == family;
        self.theirs.iter().filter(counts).count()
    }

    /// As [`Self::room_for`], with what is kept free for people.
    pub(super) fn room_to_move(&self, family: Family) -> usize {
        self.room.at_most(self.direction, family, self.theirs_of(family))
    }

    /// How many entries of ours there is room for.
    pub(super) fn room_for(&self, family: Family) -> usize {
        self.room.for_us(self.direction, family, self.theirs_of(family))
    }

    /// All live entries in the order of their numbers.
    pub(super) fn live(&self) -> Vec<&Entry> {
        let mut live: Vec<&Entry> = self.ours.iter().chain(&self.theirs).copied().collect();
        live.sort_by_key(|entry| entry.number);
        live
    }

    /// The wish for these holds, which are all of this direction.
    pub(super) fn wish(&self, holds: &[BlockHold<'_>]) -> Wish {
        let mut wish = Wish::default();
        let candidates: Vec<BlockHold<'_>> = holds
            .iter()
            .copied()
            .filter(|hold| match self.beforehand(hold) {
                None => true,
                Some(coverage) => {
                    wish.stays.extend(self.still_denying(hold, &coverage).cloned());
                    wish.others.push((hold.id, coverage));
                    false
                }
            })
            .collect();
        let prefixes = match self.stance {
            Stance::Enforce => self.packed(&candidates, &wish.stays),
            Stance::TakeBack { .. } => self.in_place(&candidates),
        };
        wish.wanted = prefixes;
        wish.wanted.sort_by_key(|wanted| wanted.prefix);
        for hold in candidates {
            match covering(&wish.wanted, hold.prefix) {
                Some(at) => wish.covered.push((hold.prefix, hold.id, at)),
                None => wish.others.push((hold.id, self.uncovered(&hold))),
            }
        }
        wish.covered.sort_unstable();
        wish
    }

    /// What can be said of a hold before any packing. None if it is to be covered.
    fn beforehand(&self, hold: &BlockHold<'_>) -> Option<Coverage> {
        let prefix = hold.prefix;
        if let Some((never, what)) = self.never.iter().find(|(never, _)| overlaps(*never, prefix)) {
            let why = format!("it overlaps {never}, which {what}");
            return Some(Coverage::NotCovered { why });
        }
        let lowest_allow = number::lowest_allow(&self.theirs, prefix);
        if let Some(rule) = number::effective_deny(&self.theirs, prefix, lowest_allow) {
            return Some(Coverage::CoveredByOthers { rule });
        }
        let band = self.terms.band;
        let taken = |number| self.theirs.iter().any(|entry| entry.number == number);
        if number::free(taken, band, number::last(band, lowest_allow)).is_some() {
            return None;
        }
        Some(self.no_number(prefix))
    }

    /// Why a hold has no place: others leave no number at which it would work.
    pub(super) fn no_number(&self, prefix: IpNet) -> Coverage {
        let band = self.terms.band;
        let below = number::lowest_allow(&self.theirs, prefix).map_or(String::new(), |allow| {
            format!(" below rule {allow}, the lowest that allows some of it")
        });
        Coverage::NotCovered {
            why: format!("no number from {} to {} is free{below}", band.first, band.last),
        }
    }

    /// An entry of ours for a hold that has no good place: it denies what its number lets it.
    fn still_denying(&self, hold: &BlockHold<'_>, coverage: &Coverage) -> Option<&Entry> {
        let is_never = self.never.iter().any(|(never, _)| overlaps(*never, hold.prefix));
        let is_uncovered = matches!(coverage, Coverage::NotCovered { .. });
        let mut ours = self.ours.iter().copied();
        ours.find(|entry| is_uncovered && !is_never && entry.prefix == hold.prefix)
    }

    /// Why a hold that could be covered is not.
    fn uncovered(&self, hold: &BlockHold<'_>) -> Coverage {
        let family = Family::of(hold.prefix);
        let why = match self.stance {
            Stance::TakeBack { why } => why.clone(),
            Stance::Enforce => self.room.reason(self.direction, family, self.theirs_of(family)),
        };
        Coverage::NotCovered { why }
    }

    /// The prefixes that are denied by ours already and that a hold still wants.
    fn in_place(&self, candidates: &[BlockHold<'_>]) -> Vec<Wanted> {
        let is_never = |prefix| self.never.iter().any(|(never, _)| overlaps(*never, prefix));
        let mut seen = BTreeSet::new();
        let mut wanted = Vec::new();
        for entry in &self.ours {
            let inside: Vec<_> = candidates
                .iter()
                .filter(|hold| entry.prefix.contains(&hold.prefix))
                .collect();
            if !inside.is_empty() && !is_never(entry.prefix) && seen.insert(entry.prefix) {
                let weights = inside.iter().map(|hold| weight(hold, self.now));
                let weight = weights.fold(Weight::ZERO, Weight::saturating_add);
                let prefixes: Vec<_> = inside.iter().map(|hold| hold.prefix).collect();
                wanted.push(self.wanted(
                    entry.prefix,
                    weight,
                    inside.len(),
                    pack::innocents(entry.prefix, &prefixes),
                ));
            }
        }
        wanted
    }

    pub(super) fn wanted(&self, prefix: IpNet, weight: Weight, offenders: usize, innocents: u128) -> Wanted {
        let lowest_allow = number::lowest_allow(&self.theirs, prefix);
        Wanted {
            prefix,
            weight,
            offenders,
            innocents,
            last: number::last(self.terms.band, lowest_allow),
            last_working: lowest_allow.map_or(u16::MAX, |allow| allow.saturating_sub(1)),
        }
    }
}

/// Which of these prefixes, in order and apart from each other, contains one.
fn covering(wanted: &[Wanted], prefix: IpNet) -> Option<usize> {
    let after = wanted.partition_point(|wanted| wanted.prefix.network() <= prefix.network());
    let at = after.checked_sub(1)?;
    wanted
        .get(at)
        .filter(|wanted| wanted.prefix.contains(&prefix))
        .map(|_| at)
}
