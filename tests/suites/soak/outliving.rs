//! Entries that outlive the holds that they are for.

use std::collections::HashMap;

use anyhow::ensure;
use jiff::Timestamp;
use quell::{
    cloud::Entry,
    hold::{Hold, Target},
};
use quell_tests::denial;

/// How long an entry may stand after its last hold ended, in seconds, while a host runs.
const MOST_SECONDS: i64 = 60;

/// Since when entries of ours stand for nobody.
#[derive(Default)]
pub(crate) struct Outliving {
    since: HashMap<(Target, Entry), Timestamp>,
    pub(crate) longest_seconds: i64,
}

impl Outliving {
    /// Whether there is none.
    pub(crate) fn is_none(&self) -> bool {
        self.since.is_empty()
    }

    /// A new host: it can't know what it did not see.
    pub(crate) fn begin(&mut self) {
        self.since.clear();
    }

    /// Looks at the entries of ours in one ACL, with all holds in force.
    pub(crate) fn look(
        &mut self,
        target: &Target,
        ours: &[Entry],
        holds: &[Hold],
        now: Timestamp,
    ) -> anyhow::Result<()> {
        let is_for = |hold: &&Hold, entry: &Entry| {
            hold.target == *target
                && denial(hold).direction == entry.direction
                && entry.prefix.contains(&denial(hold).prefix)
                && hold.is_live(now)
        };
        self.since.retain(|(of, entry), _| of != target || ours.contains(entry));
        for entry in ours {
            let key = (target.clone(), entry.clone());
            if holds.iter().any(|hold| is_for(&hold, entry)) {
                self.since.remove(&key);
                continue;
            }
            let since = *self.since.entry(key).or_insert(now);
            let seconds = now.duration_since(since).as_secs();
            self.longest_seconds = self.longest_seconds.max(seconds);
            ensure!(
                seconds <= MOST_SECONDS,
                "{target}: {entry:?} stands for nobody since {since}"
            );
        }
        Ok(())
    }
}
