//! All lists together: what the guards and the planner ask.

use std::sync::Arc;

use arc_swap::ArcSwap;
use futures::future::join_all;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::list::{List, ListStanding};
use crate::guard::NeverBlock;

/// All lists. Whoever asks how they stand has those read that are due, so that a process without a timer knows as much as the daemon.
#[derive(Default)]
pub struct Lists {
    lists: ArcSwap<Vec<Arc<List>>>,
    /// What they had when somebody asked last.
    merged: ArcSwap<Merged>,
    reading: Mutex<()>,
}

/// What some lists have together, so that it is put together only once.
#[derive(Default)]
struct Merged {
    parts: Vec<Arc<[NeverBlock]>>,
    entries: Arc<Vec<NeverBlock>>,
}

/// How the lists stand.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// What they have, entries that ended among them. Of a list that can't be read what was read last.
    pub entries: Arc<Vec<NeverBlock>>,
    /// Why nobody knows what stands in one of them: then nothing is to be blocked.
    pub unknown: Option<String>,
}

impl Lists {
    /// These lists, none of which was read yet.
    pub fn new(lists: impl IntoIterator<Item = List>) -> Self {
        Self {
            lists: ArcSwap::from_pointee(lists.into_iter().map(Arc::new).collect()),
            ..Self::default()
        }
    }

    /// Puts other lists in their place. One that is the same goes on with what was read of it.
    pub fn replace(&self, lists: impl IntoIterator<Item = List>) {
        let before = self.lists.load_full();
        let same = |list: &List| before.iter().find(|known| known.terms() == list.terms());
        let lists = lists.into_iter().map(|list| match same(&list) {
            Some(known) => Arc::clone(known),
            None => Arc::new(list),
        });
        self.lists.store(Arc::new(lists.collect()));
    }

    /// Lets the lists that stand near be read at the next look.
    pub fn hasten(&self) {
        self.lists.load().iter().for_each(|list| list.hasten());
    }

    /// How they stand, after those were read that are due. While somebody else reads, what is known already is told.
    pub async fn standing(&self, now: Timestamp) -> Standing {
        let lists = self.lists.load_full();
        if lists.iter().any(|list| list.is_due(now)) {
            let is_known = lists.iter().all(|list| list.unknown(now).is_none());
            let turn = match self.reading.try_lock() {
                Err(_) if !is_known => Some(self.reading.lock().await),
                turn => turn.ok(),
            };
            if turn.is_some() {
                self.read_due(&lists, now).await;
            }
        }
        let lists = self.lists.load_full();
        // In this order: of what is known here the entries are known below, whoever reads or replaces lists meanwhile.
        let unknown = lists.iter().find_map(|list| list.unknown(now));
        Standing {
            entries: self.entries(&lists),
            unknown,
        }
    }

    /// How each stands, by what was read of it.
    pub fn each(&self, now: Timestamp) -> Vec<ListStanding> {
        self.lists.load().iter().map(|list| list.standing(now)).collect()
    }

    async fn read_due(&self, lists: &[Arc<List>], now: Timestamp) {
        let due = lists.iter().filter(|list| list.is_due(now));
        join_all(due.map(|list| list.read(now))).await;
    }

    /// What these lists have at this moment.
    fn entries(&self, lists: &[Arc<List>]) -> Arc<Vec<NeverBlock>> {
        let parts: Vec<_> = lists.iter().map(|list| list.entries()).collect();
        let merged = self.merged.load_full();
        if merged.is_of(&parts) {
            return Arc::clone(&merged.entries);
        }
        let entries: Arc<Vec<NeverBlock>> = Arc::new(parts.iter().flat_map(|part| part.to_vec()).collect());
        self.merged.store(Arc::new(Merged {
            parts,
            entries: Arc::clone(&entries),
        }));
        entries
    }
}

impl Merged {
    fn is_of(&self, parts: &[Arc<[NeverBlock]>]) -> bool {
        let is_same = |(one, other): (&Arc<[NeverBlock]>, &Arc<[NeverBlock]>)| {
            Arc::ptr_eq(one, other) || (one.is_empty() && other.is_empty())
        };
        self.parts.len() == parts.len() && self.parts.iter().zip(parts).all(is_same)
    }
}
