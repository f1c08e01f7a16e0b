//! The hands of others on the ACL.

use quell::cloud::Entry;

use crate::{
    case::Edit,
    world::{World, is_free},
};

impl World {
    /// Somebody edits the ACL. What AWS takes from nobody is not done.
    pub(crate) fn edit(&self, edit: &Edit) {
        let mut watch = self.watch();
        let (ours, theirs) = (watch.ours(), watch.theirs().to_vec());
        let own_writing: Vec<_> = theirs.into_iter().filter(|entry| !entry.is_final()).collect();
        let acl = self.target.acl().unwrap();
        let put = |entry: &Entry| self.account.put_entry_as_someone_else(acl, entry).is_ok();
        let remove = |entry: &Entry| {
            self.account
                .remove_entry_as_someone_else(acl, entry.direction, entry.number)
                .unwrap();
        };
        let live = || self.account.peek(acl).unwrap();
        match edit {
            Edit::Put(entry) if is_free(&live(), entry) && put(entry) => {
                watch.edited(live(), |theirs| theirs.push(entry.clone()));
            }
            Edit::RemoveOurs(at) if !ours.is_empty() => {
                remove(at.get(&ours));
                watch.edited(live(), |_| ());
            }
            Edit::TakeOurs(at, entry) if !ours.is_empty() => {
                let Entry { number, direction, .. } = *at.get(&ours);
                let entry = Entry {
                    number,
                    direction,
                    ..entry.clone()
                };
                if put(&entry) {
                    watch.edited(live(), |theirs| theirs.push(entry));
                }
            }
            Edit::RemoveTheirs(at) if !own_writing.is_empty() => {
                let gone = at.get(&own_writing);
                remove(gone);
                watch.edited(live(), |theirs| theirs.retain(|entry| entry != gone));
            }
            _ => {}
        }
    }
}
