//! Transactions: some items are read, some are written, all or none, and only if nobody else wrote what was read meanwhile.
//!
//! Each item says which transaction wrote it last. What was read is written on the condition that this is still so; who comes too late reads again. The
//! same mark tells a transaction whose answer was lost that it was done.

mod write;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use self::write::Write;
use super::{
    super::{HoldId, Owner, Revision, Target},
    Failure,
    item::{Item, name},
    key::{self, Key, Range},
    table::{Outcome, Table},
};

/// How many items one transaction may write.
pub(super) const MOST_WRITES: usize = 100;

/// A transaction that is being put together.
pub(super) struct Transaction<'table> {
    table: &'table Table,
    token: String,
    read: HashMap<Key, Option<Item>>,
    writes: BTreeMap<Key, Write>,
    kept: HashSet<Key>,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Committed {
    /// All of it is written.
    Yes,
    /// Nothing is written, others were faster: read again.
    No,
    /// Nothing is written: the lease that it stands on is not its owner's, or has ended.
    WithoutLease,
}

impl<'table> Transaction<'table> {
    pub(super) fn new(table: &'table Table) -> Self {
        Self {
            table,
            token: token(),
            read: HashMap::new(),
            writes: BTreeMap::new(),
            kept: HashSet::new(),
        }
    }

    /// The table that it is of.
    pub(super) fn table(&self) -> &'table Table {
        self.table
    }

    /// An item as it would be if the transaction were done now.
    pub(super) async fn get(&mut self, key: &Key) -> Result<Option<Item>, Failure> {
        if !self.read.contains_key(key) {
            let item = self.table.get(key).await?;
            self.read.insert(key.clone(), item);
        }
        Ok(self.seen(key))
    }

    /// Reads some items at once, so that getting them costs nothing any more.
    pub(super) async fn fetch(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), Failure> {
        let mut keys: Vec<Key> = keys.into_iter().filter(|key| !self.read.contains_key(key)).collect();
        keys.sort();
        keys.dedup();
        let found = self.table.get_many(&keys).await?;
        self.read.extend(keys.into_iter().map(|key| (key, None)));
        self.read
            .extend(found.into_iter().map(|item| (item.key.clone(), Some(item))));
        Ok(())
    }

    /// Whether an item was read and is not there.
    pub(super) fn was_absent(&self, key: &Key) -> bool {
        matches!(self.read.get(key), Some(None))
    }

    /// Reads a range, `most` items at most.
    pub(super) async fn query(&mut self, range: &Range, most: Option<usize>) -> Result<Vec<Item>, Failure> {
        let found = self.table.query(range, most).await?;
        self.read
            .extend(found.iter().map(|item| (item.key.clone(), Some(item.clone()))));
        Ok(found)
    }

    /// Takes an item for read that was read before.
    pub(super) fn remember(&mut self, item: Item) {
        self.read.insert(item.key.clone(), Some(item));
    }

    /// Takes an item for read and absent, which is to be written: should it be there, nothing is.
    pub(super) fn suppose_absent(&mut self, key: Key) {
        self.read.insert(key, None);
    }

    /// Takes an item for read as this process wrote it last, if it is remembered. It is to be written: should others have written it since, nothing is.
    pub(super) fn recall(&mut self, key: &Key) {
        if let Some(item) = self.table.memory().take(key) {
            self.remember(item);
        }
    }

    /// Forgets what was read at a key, so that getting it reads it again.
    pub(super) fn read_anew(&mut self, key: &Key) {
        self.read.remove(key);
    }

    /// Remembers, once it is done, what it wrote at a key, for [`Self::recall`].
    pub(super) fn keep(&mut self, key: Key) {
        self.kept.insert(key);
    }

    fn seen(&self, key: &Key) -> Option<Item> {
        let read = self.read.get(key).cloned().flatten();
        match self.writes.get(key) {
            Some(Write::Put(item) | Write::Overwrite(item)) => {
                Some(read.map_or_else(|| item.clone(), |read| read.overlaid(item)))
            }
            Some(Write::Delete) => None,
            Some(
                Write::Add(..)
                | Write::Expire(_)
                | Write::Cover(..)
                | Write::Follow(..)
                | Write::Hold(..)
                | Write::Unchanged,
            )
            | None => read,
        }
    }

    /// Writes an item. If it was read: on the condition that nobody wrote it since; attributes that it does not have then stay as they are.
    pub(super) fn put(&mut self, item: Item) {
        self.writes.insert(item.key.clone(), Write::Put(item));
    }

    /// Writes an item, whatever lies there.
    pub(super) fn overwrite(&mut self, item: Item) {
        self.writes.insert(item.key.clone(), Write::Overwrite(item));
    }

    /// Removes an item. If it was read: on the condition that nobody wrote it since.
    pub(super) fn delete(&mut self, key: Key) {
        self.writes.insert(key, Write::Delete);
    }

    /// On the condition that nobody wrote an item, which was read and is there, since.
    pub(super) fn unchanged(&mut self, key: Key) {
        self.writes.insert(key, Write::Unchanged);
    }

    /// Lets a number grow.
    pub(super) fn add(&mut self, key: Key, name: &'static str, by: i64) {
        self.writes.insert(key, Write::Add(name, by));
    }

    /// Lets an item be removed at a time, in seconds since 1970.
    pub(super) fn expire(&mut self, key: Key, at: i64) {
        self.writes.insert(key, Write::Expire(at));
    }

    /// Notes that the holds of a target, or what bears on them, changed.
    pub(super) fn touch(&mut self, target: &Target) {
        self.add(key::state(target), super::targets::REVISION, 1);
        self.overwrite(super::targets::unfinished_item(target));
    }

    /// Notes how the hold at a key is covered, on the condition that it is still this one.
    pub(super) fn cover(&mut self, key: Key, id: HoldId, coverage: String) {
        self.writes.insert(key, Write::Cover(id, coverage));
    }

    /// Notes that a target follows a revision of its holds, on the condition that they have no newer one. What is known of it may be removed at `expires`, in seconds since 1970.
    pub(super) fn follow(&mut self, target: &Target, revision: Revision, expires: Option<i64>) {
        self.writes.insert(key::state(target), Write::Follow(revision, expires));
        self.overwrite(super::targets::finished_item(target).expiring(expires));
    }

    /// On the condition that the lease of a target is this owner's at this time.
    pub(super) fn hold_lease(&mut self, target: &Target, owner: &Owner, now: Timestamp) {
        self.writes.insert(key::lease(target), Write::Hold(owner.clone(), now));
    }

    /// Writes all of it or nothing.
    pub(super) async fn commit(self) -> Result<Committed, Failure> {
        if self.writes.is_empty() {
            return Ok(Committed::Yes);
        }
        let leased: Vec<bool> = self
            .writes
            .values()
            .map(|write| matches!(write, Write::Hold(..)))
            .collect();
        let writes = self.writes.iter().map(|(key, write)| self.written(key, write));
        let writes = writes.collect::<Result<_, _>>()?;
        let unfulfilled = match self.table.write(&self.token, writes).await? {
            Outcome::Done => {
                self.remember_kept();
                return Ok(Committed::Yes);
            }
            Outcome::NotDone { unfulfilled } => unfulfilled,
        };
        if self.was_done().await? {
            return Ok(Committed::Yes);
        }
        match unfulfilled.and_then(|place| leased.get(place)) {
            Some(true) => Ok(Committed::WithoutLease),
            _ => Ok(Committed::No),
        }
    }

    /// What it wrote at the keys that are kept.
    fn remember_kept(&self) {
        let written = self.kept.iter().filter_map(|key| self.seen(key));
        for item in written {
            self.table
                .memory()
                .keep(item.with(name::VERSION, Table::text(&self.token)));
        }
    }

    /// Whether an earlier try of this very transaction was done, and only its answer lost. Others may have written some of its items since.
    async fn was_done(&self) -> Result<bool, Failure> {
        let marked = self.writes.iter().filter_map(|(key, write)| match write {
            Write::Put(_) | Write::Overwrite(_) => Some(key.clone()),
            _ => None,
        });
        let found = self.table.get_many(&marked.collect::<Vec<_>>()).await?;
        Ok(found.iter().any(|item| item.version() == Some(&self.token)))
    }
}

/// A word that no other transaction has.
pub(super) fn token() -> String {
    // 128 random bits; should the system have none, what is written says so and nothing else goes wrong than that two transactions may take each other for themselves.
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        bytes = Timestamp::now().as_nanosecond().to_be_bytes();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
