//! The entries that are ours, in the table.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{OwnEntry, Target},
    Failure,
    item::{Item, to_json},
    key::{self, Key},
};
use crate::cloud::Entry;

/// How an entry that is ours stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// Whether the write of it is known to have been done.
    pub(super) confirmed: bool,
    /// When the write of it last began.
    pub(super) written: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    entry: Entry,
    #[serde(flatten)]
    standing: Standing,
}

/// Where an entry of ours lies: two with the same number are two items.
pub(super) fn place(target: &Target, entry: &Entry) -> Result<Key, Failure> {
    Ok(key::own(target, entry, &to_json(entry)?))
}

/// An entry's item.
pub(super) fn item(target: &Target, entry: &Entry, standing: Standing) -> Result<Item, Failure> {
    let kept = Kept {
        entry: entry.clone(),
        standing,
    };
    Item::saying(place(target, entry)?, &kept)
}

/// Whether an item of a target is an entry of ours.
pub(super) fn is_one(item: &Item) -> bool {
    item.key.sk.starts_with(key::OWN)
}

/// An entry out of its item.
pub(super) fn read(item: &Item) -> Result<OwnEntry, Failure> {
    let Kept { entry, standing } = item.doc("entry of ours")?;
    Ok(OwnEntry {
        entry,
        confirmed: standing.confirmed,
        written: standing.written,
    })
}

/// How the entry in an item stands.
pub(super) fn standing(item: &Item) -> Result<Standing, Failure> {
    item.doc::<Kept>("entry of ours").map(|kept| kept.standing)
}
