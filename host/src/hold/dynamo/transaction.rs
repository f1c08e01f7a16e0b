//! Transactions: some items are read, some are written, all or none, and only if nobody else wrote what was read meanwhile.
//!
//! Each item says which transaction wrote it last. What was read is written on the condition that this is still so; who comes too late reads again. The
//! same mark tells a transaction whose answer was lost that it was done.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_sdk_dynamodb::{
    error::BuildError,
    types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update},
};
use jiff::Timestamp;

use super::{
    super::{HoldId, Owner, Revision, Target},
    Failure,
    item::{Attributes, Item, key_attributes, name, unreadable},
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

enum Write {
    /// What was read gets these attributes; what was not there comes.
    Put(Item),
    /// Put whatever lies there.
    Overwrite(Item),
    Delete,
    /// A number grows by so much, and the item lasts.
    Add(&'static str, i64),
    /// What lies there may be removed at this time, in seconds since 1970.
    Expire(i64),
    /// This hold, if it still lies there, is covered so, as JSON.
    Cover(HoldId, String),
    /// A target follows this revision of its holds, which must be the present one; what lies there may be removed at this time, if one is given.
    Follow(Revision, Option<i64>),
    /// Nothing is written: the lease must be this owner's at this time.
    Hold(Owner, Timestamp),
    /// Nothing is written: nobody may have written what was read since.
    Unchanged,
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

    fn written(&self, key: &Key, write: &Write) -> Result<TransactWriteItem, Failure> {
        let read = self.read.get(key);
        let built = match write {
            Write::Put(item) => match read {
                Some(Some(before)) => self.altered(before, item),
                Some(None) => self.made(item, Some("attribute_not_exists(pk)")),
                None => self.made(item, None),
            },
            Write::Overwrite(item) => self.made(item, None),
            Write::Delete => {
                let delete = Delete::builder()
                    .table_name(self.table.name())
                    .set_key(Some(key_attributes(key)));
                let delete = match read.and_then(Option::as_ref).and_then(Item::version) {
                    Some(version) => delete
                        .condition_expression("v = :before")
                        .expression_attribute_values(":before", Table::text(version)),
                    None => delete,
                };
                delete.build().map(|delete| TransactWriteItem::builder().delete(delete))
            }
            Write::Add(name, by) => Update::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .update_expression("ADD #number :by REMOVE expires")
                .expression_attribute_names("#number", *name)
                .expression_attribute_values(":by", AttributeValue::N(by.to_string()))
                .build()
                .map(|update| TransactWriteItem::builder().update(update)),
            Write::Expire(at) => Update::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .update_expression("SET expires = :at")
                .expression_attribute_values(":at", AttributeValue::N(at.to_string()))
                .build()
                .map(|update| TransactWriteItem::builder().update(update)),
            Write::Cover(id, coverage) => Update::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .update_expression("SET coverage = :coverage")
                .condition_expression("id = :id")
                .expression_attribute_values(":coverage", Table::text(coverage))
                .expression_attribute_values(":id", AttributeValue::N(id.0.to_string()))
                .build()
                .map(|update| TransactWriteItem::builder().update(update)),
            Write::Follow(Revision(followed), expires) => {
                let update = Update::builder()
                    .table_name(self.table.name())
                    .set_key(Some(key_attributes(key)))
                    .condition_expression("revision = :followed")
                    .expression_attribute_values(":followed", AttributeValue::N(followed.to_string()));
                match expires {
                    Some(at) => update
                        .update_expression("SET converged = :followed, expires = :at")
                        .expression_attribute_values(":at", AttributeValue::N(at.to_string())),
                    None => update.update_expression("SET converged = :followed"),
                }
                .build()
                .map(|update| TransactWriteItem::builder().update(update))
            }
            Write::Unchanged => {
                let version = read.and_then(Option::as_ref).and_then(Item::version);
                ConditionCheck::builder()
                    .table_name(self.table.name())
                    .set_key(Some(key_attributes(key)))
                    .condition_expression("v = :before")
                    .expression_attribute_values(":before", Table::text(version.unwrap_or_default()))
                    .build()
                    .map(|check| TransactWriteItem::builder().condition_check(check))
            }
            Write::Hold(owner, now) => ConditionCheck::builder()
                .table_name(self.table.name())
                .set_key(Some(key_attributes(key)))
                .condition_expression("holder = :owner AND leased_until > :now")
                .expression_attribute_values(":owner", Table::text(owner.as_str()))
                .expression_attribute_values(":now", AttributeValue::N(now.as_millisecond().to_string()))
                .build()
                .map(|check| TransactWriteItem::builder().condition_check(check)),
        };
        Ok(built.map_err(unbuilt)?.build())
    }

    fn made(
        &self,
        item: &Item,
        condition: Option<&str>,
    ) -> Result<aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder, BuildError> {
        let mut whole = item.whole();
        whole.insert(name::VERSION.to_owned(), Table::text(&self.token));
        let put = Put::builder().table_name(self.table.name()).set_item(Some(whole));
        let put = put.set_condition_expression(condition.map(str::to_owned)).build()?;
        Ok(TransactWriteItem::builder().put(put))
    }

    fn altered(
        &self,
        before: &Item,
        item: &Item,
    ) -> Result<aws_sdk_dynamodb::types::builders::TransactWriteItemBuilder, BuildError> {
        let mut set: Attributes = item.attributes().clone();
        set.insert(name::VERSION.to_owned(), Table::text(&self.token));
        let mut names: Vec<_> = set.keys().cloned().collect();
        names.sort();
        let assignments: Vec<_> = (0..names.len()).map(|index| format!("#n{index} = :v{index}")).collect();
        let mut expression = format!("SET {}", assignments.join(", "));
        if !set.contains_key(name::EXPIRES) {
            expression.push_str(" REMOVE expires");
        }
        let mut update = Update::builder()
            .table_name(self.table.name())
            .set_key(Some(key_attributes(&item.key)))
            .update_expression(expression);
        for (index, attribute) in names.into_iter().enumerate() {
            if let Some(value) = set.remove(&attribute) {
                update = update
                    .expression_attribute_values(format!(":v{index}"), value)
                    .expression_attribute_names(format!("#n{index}"), attribute);
            }
        }
        update = match before.version() {
            Some(version) => update
                .condition_expression("v = :before")
                .expression_attribute_values(":before", Table::text(version)),
            None => update.condition_expression("attribute_exists(pk) AND attribute_not_exists(v)"),
        };
        Ok(TransactWriteItem::builder().update(update.build()?))
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

fn unbuilt(error: BuildError) -> Failure {
    unreadable("write", &error.to_string())
}
