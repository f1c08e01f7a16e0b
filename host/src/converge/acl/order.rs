//! Order: the changes of one direction, so ordered that no moment between two of them is worse than before.
//!
//! An entry that has to go may go as soon as everything that it denied and that shall stay denied is denied by others of ours. Where one entry takes
//! the place of another, `ReplaceNetworkAclEntry` does it in one step and needs no room. Only where a wider hold, never denied as a whole, lacks room
//! does an entry inside of it go first.
//! The prefixes of ours nest or are apart, before and after, which is why this always finds its way: merging and
//! dropping need no room, and splitting an entry into n needs n - 1 rules more, which the plan has counted.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::{Band, number, wish::Wanted};
use crate::{
    cloud::{Direction, Entry, Family},
    hold::EntryChange,
};

/// What order is made of: one direction of an ACL as it is and as it shall be.
pub(super) struct Scene<'a> {
    pub(super) direction: Direction,
    /// Entries of ours that are there.
    pub(super) ours: Vec<Standing>,
    /// The prefixes that entries of ours shall deny: apart from each other.
    pub(super) wanted: &'a [Wanted],
    /// The numbers of others.
    pub(super) taken: BTreeSet<u16>,
    /// Entries of ours that stay as they are though no wanted prefix asks for them.
    pub(super) stays: Vec<Entry>,
    pub(super) band: Band,
    /// How many entries of ours each family has room for.
    pub(super) room: BTreeMap<Family, usize>,
    /// As `room`, and what is kept free for people: for the moment between making an entry anew at another number and removing the old one.
    pub(super) room_to_move: BTreeMap<Family, usize>,
}

/// An entry of ours as it stands.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) entry: Entry,
    /// The wanted prefixes whose holds it denies, all of them or some, or only a part of one: it may not go before they are placed.
    pub(super) needed_until: BTreeSet<IpNet>,
    /// Of these the ones with a hold that is denied as a whole today. If there is no other way, the rest may be open for a moment.
    pub(super) whole_until: BTreeSet<IpNet>,
}

/// The changes, and where each wanted prefix comes to stand.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    pub(super) changes: Vec<EntryChange>,
    pub(super) numbers: BTreeMap<IpNet, u16>,
    /// Entries of ours that no wanted prefix asks for, and that stay because what should take over from them found no number.
    pub(super) left: Vec<Entry>,
}

/// Orders the changes. `is_never` says which entries deny what must never be denied: they go before all else. A wanted prefix that has no
/// number afterwards found none.
pub(super) fn order(scene: Scene<'_>, is_never: impl Fn(IpNet) -> bool) -> Ordered {
    let mut work = Work::begin(scene);
    work.free_the_never_denied(is_never);
    work.place_the_wanted();
    work.remove_the_rest();
    work.ordered
}

struct Work<'a> {
    direction: Direction,
    band: Band,
    room: BTreeMap<Family, usize>,
    room_to_move: BTreeMap<Family, usize>,
    taken: BTreeSet<u16>,
    /// Entries of ours that will be there in the end.
    kept: Vec<Entry>,
    /// Entries of ours that have to go.
    old: Vec<Standing>,
    /// What is to be placed, the heaviest first.
    pending: Vec<&'a Wanted>,
    /// What found no number.
    unplaced: Vec<&'a Wanted>,
    ordered: Ordered,
}

impl<'a> Work<'a> {
    fn begin(scene: Scene<'a>) -> Self {
        let mut work = Self {
            direction: scene.direction,
            band: scene.band,
            room: scene.room,
            room_to_move: scene.room_to_move,
            taken: scene.taken,
            kept: scene.stays,
            old: scene.ours,
            pending: Vec::new(),
            unplaced: Vec::new(),
            ordered: Ordered::default(),
        };
        for wanted in scene.wanted {
            let works = |old: &Standing| old.entry.prefix == wanted.prefix && old.entry.number <= wanted.last_working;
            match work.old.iter().position(works) {
                Some(at) => {
                    let entry = work.old.remove(at).entry;
                    work.ordered.numbers.insert(entry.prefix, entry.number);
                    work.kept.push(entry);
                }
                None => work.pending.push(wanted),
            }
        }
        // The scarcest numbers first among equals, so that who can stand anywhere does not take them.
        work.pending
            .sort_by_key(|wanted| (std::cmp::Reverse(wanted.weight), wanted.last, wanted.prefix));
        work
    }

    /// What must never be denied is let through at once. What else such an entry denied is denied again right afterwards.
    fn free_the_never_denied(&mut self, is_never: impl Fn(IpNet) -> bool) {
        while let Some(at) = self.old.iter().position(|old| is_never(old.entry.prefix)) {
            let old = self.old.remove(at);
            let mut fitting = self
                .pending
                .iter()
                .filter(|wanted| self.may_replace(&old.entry, wanted));
            let needed = fitting.clone().find(|wanted| old.needed_until.contains(&wanted.prefix));
            match needed.or_else(|| fitting.next()).copied() {
                Some(wanted) => self.replace(old.entry, wanted),
                None => self.ordered.changes.push(EntryChange::Delete(old.entry)),
            }
        }
    }

    fn place_the_wanted(&mut self) {
        while !self.pending.is_empty() {
            let placed =
                self.replace_one() || self.create_one() || self.delete_one() || self.move_one() || self.open_one();
            if !placed {
                // No number, whatever goes: said in the plan, nothing is written for it.
                self.unplaced.push(self.pending.remove(0));
            }
        }
    }

    /// Puts a wanted prefix in the place of an entry whose other parts are denied already.
    fn replace_one(&mut self) -> bool {
        let pair = self.pending.iter().find_map(|wanted| {
            let fits = |old: &&Standing| self.may_replace(&old.entry, wanted) && self.may_go(old, Some(wanted));
            let mut fitting = self.old.iter().filter(fits);
            // One that it takes over from before any other: the fewest moves.
            let inside = |old: &&Standing| wanted.prefix.contains(&old.entry.prefix);
            let old = fitting.clone().find(inside).or_else(|| fitting.next())?;
            Some((old.entry.clone(), *wanted))
        });
        let Some((old, wanted)) = pair else {
            return false;
        };
        self.old.retain(|standing| standing.entry != old);
        self.replace(old, wanted);
        true
    }

    /// Adds an entry where there is room and a number.
    fn create_one(&mut self) -> bool {
        let found = self
            .pending
            .iter()
            .find_map(|wanted| Some((*wanted, self.place_for(wanted, &self.room)?)));
        self.create(found)
    }

    /// Makes an entry anew at another number, with the room that is kept free for people: the old one goes right afterwards.
    fn move_one(&mut self) -> bool {
        let moves = |wanted: &Wanted| {
            let mut old = self.old.iter();
            old.any(|old| old.needed_until.contains(&wanted.prefix) && self.may_go(old, Some(wanted)))
        };
        let mut moving = self.pending.iter().filter(|wanted| moves(wanted));
        let found = moving.find_map(|wanted| Some((*wanted, self.place_for(wanted, &self.room_to_move)?)));
        self.create(found)
    }

    fn create(&mut self, found: Option<(&Wanted, u16)>) -> bool {
        let Some((wanted, number)) = found else {
            return false;
        };
        let entry = Entry::deny(number, self.direction, wanted.prefix);
        self.ordered.changes.push(EntryChange::Create(entry.clone()));
        self.place(entry);
        true
    }

    /// The number for one entry more, if there is one and there is room.
    fn place_for(&self, wanted: &Wanted, room: &BTreeMap<Family, usize>) -> Option<u16> {
        let family = Family::of(wanted.prefix);
        let in_use = self.live().filter(|entry| Family::of(entry.prefix) == family).count();
        if in_use >= room.get(&family).copied().unwrap_or_default() {
            return None;
        }
        self.number_for(wanted)
    }

    /// A number that nobody uses and at which it works.
    fn number_for(&self, wanted: &Wanted) -> Option<u16> {
        let taken = |number| self.taken.contains(&number) || self.live().any(|entry| entry.number == number);
        number::free(taken, self.band, wanted.last)
    }

    /// Removes one entry that nothing waits for, which makes room or frees a number.
    fn delete_one(&mut self) -> bool {
        let at = self.old.iter().position(|old| self.may_go(old, None));
        self.delete(at)
    }

    /// Removes one entry that denies a part of a hold which has never been denied as a whole, and now can't be without this entry's room.
    fn open_one(&mut self) -> bool {
        let may_open = |old: &Standing| !self.waiting().any(|wanted| old.whole_until.contains(&wanted.prefix));
        let lacks_room = |family| {
            let mut pending = self.pending.iter().filter(|wanted| Family::of(wanted.prefix) == family);
            pending.any(|wanted| self.number_for(wanted).is_some())
        };
        let helps = |old: &Standing| may_open(old) && lacks_room(Family::of(old.entry.prefix));
        let at = self.old.iter().position(helps);
        self.delete(at)
    }

    fn delete(&mut self, at: Option<usize>) -> bool {
        let Some(at) = at else {
            return false;
        };
        let old = self.old.remove(at);
        self.ordered.changes.push(EntryChange::Delete(old.entry));
        true
    }

    /// What is left of the old goes, but not what alone denies something that found no number: that is better than nothing.
    fn remove_the_rest(&mut self) {
        for old in std::mem::take(&mut self.old) {
            if self.may_go(&old, None) {
                self.ordered.changes.push(EntryChange::Delete(old.entry));
            } else {
                self.ordered.left.push(old.entry);
            }
        }
    }

    /// Whether, once `wanted` is placed, nothing that is still to be placed needs the old entry.
    fn may_go(&self, old: &Standing, wanted: Option<&Wanted>) -> bool {
        let mut needing = self.waiting().filter(|other| old.needed_until.contains(&other.prefix));
        needing.all(|other| wanted.is_some_and(|wanted| wanted.prefix == other.prefix))
    }

    /// What is still to be placed, and what found no number.
    fn waiting(&self) -> impl Iterator<Item = &'a Wanted> {
        self.pending.iter().chain(&self.unplaced).copied()
    }

    /// Within a family only: the families' rooms are apart.
    fn may_replace(&self, old: &Entry, wanted: &Wanted) -> bool {
        Family::of(old.prefix) == Family::of(wanted.prefix)
            && old.number <= wanted.last
            && old.number >= self.band.first
    }

    fn replace(&mut self, old: Entry, wanted: &Wanted) {
        let new = Entry::deny(old.number, self.direction, wanted.prefix);
        self.ordered
            .changes
            .push(EntryChange::Replace { old, new: new.clone() });
        self.place(new);
    }

    fn place(&mut self, entry: Entry) {
        self.pending.retain(|wanted| wanted.prefix != entry.prefix);
        self.ordered.numbers.insert(entry.prefix, entry.number);
        self.kept.push(entry);
    }

    fn live(&self) -> impl Iterator<Item = &Entry> {
        self.kept.iter().chain(self.old.iter().map(|old| &old.entry))
    }
}
