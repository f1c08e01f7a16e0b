//! What this process wrote last of items that it will soon write again, so that it need not read them first.
//!
//! What is remembered may be old: others write too. A transaction that takes it for read writes it on the condition that it is still so, and who was wrong
//! reads. So this saves requests, and decides nothing.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{item::Item, key::Key};

/// How many items are remembered. More are under way at once in no process.
const MOST: usize = 1_024;

/// Items as this process knows them.
#[derive(Debug, Default)]
pub(super) struct Memory {
    items: Mutex<HashMap<Key, Item>>,
}

impl Memory {
    /// Remembers an item.
    pub(super) fn keep(&self, item: Item) {
        let mut items = self.items();
        if items.len() >= MOST {
            items.clear();
        }
        items.insert(item.key.clone(), item);
    }

    /// What is remembered of an item, and is not any more: should it be old, it misleads nobody twice.
    pub(super) fn take(&self, key: &Key) -> Option<Item> {
        self.items().remove(key)
    }

    fn items(&self) -> MutexGuard<'_, HashMap<Key, Item>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
