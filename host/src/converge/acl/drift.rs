//! Drift: entries of ours that are not as we left them, because somebody else was there.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SETTLING;
use crate::{
    cloud::{Entry, NetworkAcl},
    hold::Situation,
};

/// An entry of ours that somebody removed, or whose number somebody took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryDrift {
    /// The entry that should be there.
    pub entry: Entry,
    /// What has its number. None if nothing has.
    pub instead: Option<Entry>,
}

impl fmt::Display for EntryDrift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry {
            number,
            direction,
            prefix,
            ..
        } = &self.entry;
        write!(
            formatter,
            "somebody removed our {direction} rule {number}, deny {prefix}"
        )?;
        match &self.instead {
            Some(other) => write!(formatter, ", and put one for {} in its place", other.prefix),
            None => Ok(()),
        }
    }
}

/// All drift. An entry whose write is not known to have been done, or is so recent that a read may not show it yet, is none.
pub(in crate::converge) fn drift(live: &NetworkAcl, situation: &Situation, now: Timestamp) -> Vec<EntryDrift> {
    let is_settled = |written: Timestamp| now.duration_since(written) > SETTLING;
    situation
        .own
        .iter()
        .filter(|own| own.confirmed && is_settled(own.written))
        .filter(|own| !live.entries.iter().any(|entry| own.is(entry)))
        .map(|own| EntryDrift {
            entry: own.entry.clone(),
            instead: at_number_of(live, &own.entry).cloned(),
        })
        .collect()
}

fn at_number_of<'a>(live: &'a NetworkAcl, entry: &Entry) -> Option<&'a Entry> {
    let place = (entry.direction, entry.number);
    live.entries
        .iter()
        .find(|other| (other.direction, other.number) == place)
}
