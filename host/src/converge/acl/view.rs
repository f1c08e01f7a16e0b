//! The view: what a network ACL is, by what was read and by what we know that we did.
//!
//! EC2 is eventually consistent: a read may show what was true before a write of ours that EC2 has confirmed. Who believes such
//! a read makes the same entry twice, or takes an entry of its own for somebody else's.

use crate::{
    cloud::{Entry, NetworkAcl},
    hold::{EntryChange, MadeChange},
};

/// What was read, with our recent changes in it. `recent` is oldest first. Where a read shows what is neither the state
/// before a change nor the one after it, somebody else was there, and the read is believed.
pub(in crate::converge) fn view(read: &NetworkAcl, recent: &[MadeChange]) -> NetworkAcl {
    let mut acl = read.clone();
    for change in recent.iter().filter_map(|made| made.change.entry()) {
        let direction = change.direction();
        let Some(number) = change.adds().or(change.removes()).map(|entry| entry.number) else {
            continue;
        };
        let at = acl
            .entries
            .iter()
            .position(|entry| (entry.direction, entry.number) == (direction, number));
        let shown = at.and_then(|at| acl.entries.get(at));
        match (change, shown) {
            (EntryChange::Create(entry), None) => put(&mut acl, entry),
            (EntryChange::Delete(entry), Some(shown)) if shown == entry => remove(&mut acl, entry),
            (EntryChange::Replace { old, new }, Some(shown)) if shown == old => {
                remove(&mut acl, old);
                put(&mut acl, new);
            }
            _ => {}
        }
    }
    acl
}

fn put(acl: &mut NetworkAcl, entry: &Entry) {
    acl.entries.push(entry.clone());
    acl.entries.sort_by_key(|entry| (entry.direction, entry.number));
}

fn remove(acl: &mut NetworkAcl, entry: &Entry) {
    acl.entries.retain(|other| other != entry);
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        cloud::Direction,
        converge::acl::testing::{fresh, prefix},
    };

    fn deny(number: u16, of: &str) -> Entry {
        Entry::deny(number, Direction::Ingress, prefix(of))
    }

    fn made(changes: impl IntoIterator<Item = EntryChange>) -> Vec<MadeChange> {
        let made = |change: EntryChange| MadeChange {
            change: change.into(),
            at: Timestamp::UNIX_EPOCH,
        };
        changes.into_iter().map(made).collect()
    }

    #[test]
    fn what_yesterdays_state_does_not_show_yet_is_there() {
        let entry = deny(99, "203.0.113.7/32");
        assert_eq!(
            view(&fresh(&[]), &made([EntryChange::Create(entry.clone())])),
            fresh(&[entry])
        );
    }

    #[test]
    fn what_yesterdays_state_still_shows_is_gone() {
        let entry = deny(99, "203.0.113.7/32");
        assert_eq!(
            view(
                &fresh(std::slice::from_ref(&entry)),
                &made([EntryChange::Delete(entry.clone())])
            ),
            fresh(&[])
        );
    }

    #[test]
    fn a_number_that_was_given_twice_shows_its_last_owner() {
        let [first, second] = ["203.0.113.7/32", "203.0.113.8/32"].map(|of| deny(99, of));
        let changes = made([
            EntryChange::Create(first.clone()),
            EntryChange::Replace {
                old: first.clone(),
                new: second.clone(),
            },
        ]);
        for read in [&[][..], &[first][..], &[second.clone()][..]] {
            assert_eq!(view(&fresh(read), &changes), fresh(std::slice::from_ref(&second)));
        }
    }

    #[test]
    fn created_and_deleted_again_is_not_there_whatever_is_read() {
        let entry = deny(99, "203.0.113.7/32");
        let changes = made([EntryChange::Create(entry.clone()), EntryChange::Delete(entry.clone())]);
        assert_eq!(view(&fresh(&[]), &changes), fresh(&[]));
        assert_eq!(view(&fresh(&[entry]), &changes), fresh(&[]));
    }

    #[test]
    fn somebody_elses_entry_at_our_number_is_believed() {
        let theirs = deny(99, "198.51.100.0/24");
        let changes = made([EntryChange::Create(deny(99, "203.0.113.7/32"))]);
        let read = fresh(&[theirs]);
        assert_eq!(view(&read, &changes), read);
    }
}
