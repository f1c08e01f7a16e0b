//! What things were like a while ago, for answers that lag behind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

/// How many changes of things of one kind are remembered. Answers lag by seconds; nobody looks back over more changes than this.
const MOST: usize = 1000;

/// The last changes of things of one kind, oldest first.
#[derive(Debug)]
pub(super) struct Past<Id, Thing>(VecDeque<Changed<Id, Thing>>);

#[derive(Debug)]
struct Changed<Id, Thing> {
    at: Timestamp,
    id: Id,
    /// The thing as it was until then. None if it was not there.
    until_then: Option<Thing>,
}

impl<Id, Thing> Default for Past<Id, Thing> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<Id: Clone + Ord, Thing> Past<Id, Thing> {
    /// Remembers that a thing was like this until `at`, or was not there.
    pub(super) fn remember(&mut self, at: Timestamp, id: Id, until_then: Option<Thing>) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back(Changed { at, id, until_then });
    }

    /// The thing with this id as it was at `time`, as far back as is remembered. None if it was not there.
    pub(super) fn at<'a>(&'a self, time: Timestamp, id: &Id, present: &'a BTreeMap<Id, Thing>) -> Option<&'a Thing> {
        match self.after(time).find(|changed| changed.id == *id) {
            Some(changed) => changed.until_then.as_ref(),
            None => present.get(id),
        }
    }

    /// All things as they were at `time`, by id, as far back as is remembered.
    pub(super) fn all_at<'a>(&'a self, time: Timestamp, present: &'a BTreeMap<Id, Thing>) -> Vec<&'a Thing> {
        let ids: BTreeSet<_> = present
            .keys()
            .chain(self.after(time).map(|changed| &changed.id))
            .collect();
        ids.into_iter().filter_map(|id| self.at(time, id, present)).collect()
    }

    fn after(&self, time: Timestamp) -> impl Iterator<Item = &Changed<Id, Thing>> {
        self.0.iter().filter(move |changed| changed.at > time)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn second(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_thing_is_told_as_it_was_and_not_as_another_was() {
        let mut past = Past::default();
        past.remember(second(10), "a", Some("old a"));
        past.remember(second(20), "b", Some("old b"));
        let present = BTreeMap::from([("a", "new a"), ("b", "new b")]);
        assert_eq!(past.at(second(9), &"a", &present), Some(&"old a"));
        assert_eq!(past.at(second(10), &"a", &present), Some(&"new a"));
        assert_eq!(past.at(second(19), &"b", &present), Some(&"old b"));
    }

    #[test]
    fn what_is_new_is_not_there_yet_and_what_was_taken_away_still_is() {
        let mut past = Past::default();
        past.remember(second(10), "new", None);
        past.remember(second(10), "gone", Some("gone"));
        let present = BTreeMap::from([("new", "new"), ("old", "old")]);
        assert_eq!(past.all_at(second(9), &present), [&"gone", &"old"]);
        assert_eq!(past.all_at(second(10), &present), [&"new", &"old"]);
        assert_eq!(past.at(second(9), &"new", &present), None);
    }

    #[test]
    fn the_past_does_not_grow_without_end() {
        let mut past = Past::default();
        for number in 0..5000 {
            past.remember(second(number), "a", Some(number));
        }
        assert_eq!(past.0.len(), MOST);
    }
}
