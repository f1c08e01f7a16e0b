//! One way along a chain, from its first link to its last.

use jiff::Timestamp;
use serde_json::Value;

use super::super::{Chain, ChainState, Head, Link, link::hash};
use super::{Finding, Flaw};
use crate::digest::Digest;

/// How many hashes of links that lie elsewhere are remembered.
const MOST_MISPLACED: usize = 64;

/// One way along a chain. It takes the links in the order in which they lie, and blames only those that were touched.
pub struct Walk {
    chain: Chain,
    head: Head,
    anchor: Head,
    /// What the next link may stand on: the hash that the one before has, and the one that it should have.
    before: Vec<Digest>,
    /// The hashes of links that lie elsewhere than they belong.
    misplaced: Vec<Digest>,
    /// Links that stand on one that lies elsewhere, maybe further on: whether they do is seen in the end.
    waiting: Vec<Link>,
    last: Head,
    /// What the newest link says was removed before the first.
    vouched: Option<Head>,
    noted: Vec<(Head, Timestamp)>,
    findings: Vec<Finding>,
}

impl Walk {
    /// Along this chain, which went so far at the times of some checkpoints.
    pub fn new(state: &ChainState, noted: Vec<(Head, Timestamp)>) -> Self {
        let mut walk = Self {
            chain: state.chain.clone(),
            head: state.head,
            anchor: state.anchor,
            before: vec![state.anchor.hash],
            misplaced: Vec::new(),
            waiting: Vec::new(),
            last: state.anchor,
            vouched: None,
            noted,
            findings: Vec::new(),
        };
        walk.compare(state.anchor);
        walk
    }

    /// Takes the next link. Returns whether it is as it was written, as far as that can be told.
    pub fn step(&mut self, link: &Link) -> bool {
        // What is left of what was removed: it says nothing any more.
        if link.number <= self.anchor.number {
            return false;
        }
        let next = self.last.number.saturating_add(1);
        if link.number > next {
            let (first, last) = (next, link.number - 1);
            self.found(None, Flaw::Removed { first, last });
            // On what it stood is gone with them.
            self.before.clear();
        }
        let value = link.value();
        let says = value.as_ref().and_then(|value| value.get("number")?.as_u64());
        let of = value.as_ref().and_then(|value| value.get("chain")?.as_str());
        let should = self.before.first().map(|before| hash(*before, &link.text));
        let is_at_home = says == Some(link.number) && of == Some(self.chain.as_str());
        let is_whole = self.before.is_empty() || stands(link, self.before.iter().chain(&self.misplaced));
        let may_stand = self.misplaced.last() == Some(&self.last.hash) && self.waiting.len() < MOST_MISPLACED;
        let is_whole = if is_at_home && !is_whole && may_stand {
            self.waiting.push(link.clone());
            true
        } else {
            is_whole
        };
        let is_sound = is_at_home && is_whole;
        if is_at_home && !is_whole {
            let tells = link.tells();
            self.found(Some(link.number), Flaw::Changed { tells });
        } else if !is_at_home {
            let of = of.filter(|of| *of != self.chain.as_str()).map(Chain::read);
            let tells = link.tells();
            self.found(Some(link.number), Flaw::Misplaced { says, of, tells });
            if self.misplaced.len() < MOST_MISPLACED {
                self.misplaced.push(link.hash);
            }
        }
        self.before = vec![link.hash];
        self.before.extend(should.filter(|should| *should != link.hash));
        self.last = link.head();
        self.compare(self.last);
        if is_sound && let Some(through) = value.as_ref().and_then(through) {
            self.vouched = Some(through);
        }
        is_sound
    }

    /// What was found, once all links were taken.
    pub fn end(mut self) -> Vec<Finding> {
        for link in std::mem::take(&mut self.waiting) {
            if !stands(&link, self.misplaced.iter()) {
                let tells = link.tells();
                self.found(Some(link.number), Flaw::Changed { tells });
            }
        }
        let last = self.last;
        if last != self.head {
            let says = self.head.number;
            // If the last link was changed, that was said.
            let is_said = self.before.contains(&self.head.hash) && last.number == says;
            if !is_said {
                self.found(
                    None,
                    Flaw::Head {
                        says,
                        last: last.number,
                    },
                );
            }
        }
        if self.anchor != Head::NOTHING && self.vouched.is_none_or(|vouched| vouched != self.anchor) {
            self.found(Some(self.anchor.number), Flaw::Anchor);
        }
        for (noted, at) in std::mem::take(&mut self.noted) {
            if noted.number > last.number {
                let last = last.number;
                self.found(Some(noted.number), Flaw::Cut { at, last });
            }
        }
        self.findings
    }

    /// Compares a place with what checkpoints say of it.
    fn compare(&mut self, present: Head) {
        let other = self
            .noted
            .iter()
            .find(|(noted, _)| noted.number == present.number && noted.hash != present.hash);
        if let Some((_, at)) = other {
            let at = *at;
            self.found(Some(present.number), Flaw::Checkpoint { at });
        }
    }

    fn found(&mut self, number: Option<u64>, flaw: Flaw) {
        self.findings.push(Finding::new(&self.chain, number, flaw));
    }
}

/// Whether a link stands on one of these hashes.
fn stands<'a>(link: &Link, mut before: impl Iterator<Item = &'a Digest>) -> bool {
    before.any(|before| hash(*before, &link.text) == link.hash)
}

/// What a link says was removed.
fn through(value: &Value) -> Option<Head> {
    let is_it = value.get("event")?.as_str() == Some("pruned");
    is_it.then(|| serde_json::from_value(value.get("through")?.clone()).ok())?
}

#[cfg(test)]
mod tests;
