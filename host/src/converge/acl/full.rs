//! Full network ACLs: where the API said that it takes no more entries.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use super::Room;
use crate::{
    cloud::{Direction, Entry, Family, NetworkAcl},
    hold::{EntryChange, Target},
};

/// For how long the API's word is believed without asking again. A quota is raised rarely.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What the API said, a network ACL.
#[derive(Default)]
pub(in crate::converge) struct FullAcls(Mutex<HashMap<Target, Vec<Full>>>);

/// The API said that there is no room for more.
#[derive(Debug, Clone, Copy)]
struct Full {
    direction: Direction,
    family: Family,
    entries: usize,
    at: Timestamp,
}

impl FullAcls {
    /// Tells a room what the API said lately of this target.
    pub(in crate::converge) fn tell(&self, room: &mut Room, target: &Target, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(full) = all.get_mut(target) else { return };
        full.retain(|full| now.duration_since(full.at) < GOOD_FOR);
        for full in full {
            room.is_full_at(full.direction, full.family, full.entries);
        }
    }

    /// Remembers how many entries there are where the API refused `change`: those that were `live`, and what the changes that were
    /// `made` since then came to.
    pub(in crate::converge) fn learn(
        &self,
        target: &Target,
        change: &EntryChange,
        live: &NetworkAcl,
        made: &[EntryChange],
        now: Timestamp,
    ) {
        let Some(entry) = change.adds() else { return };
        let (direction, family) = (entry.direction, Family::of(entry.prefix));
        let counts =
            |entry: &&Entry| !entry.is_final() && entry.direction == direction && Family::of(entry.prefix) == family;
        let added = made.iter().filter_map(EntryChange::adds).filter(counts).count();
        let removed = made.iter().filter_map(EntryChange::removes).filter(counts).count();
        let entries = (live.entries.iter().filter(counts).count() + added).saturating_sub(removed);
        tracing::warn!(at = %target, entries, %direction, %family, "AWS takes no more entries here (NetworkAclEntryLimitExceeded)");
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(target.clone()).or_default();
        known.retain(|known| (known.direction, known.family) != (direction, family));
        known.push(Full {
            direction,
            family,
            entries,
            at: now,
        });
    }
}
