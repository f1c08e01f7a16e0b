//! Sightings: which alerts named an address before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When alerts named an address, as far back as the journal remembers. The times are those of the host's own clock, and never a detector's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sightings {
    /// When one named it first. None if none did.
    pub first: Option<Timestamp>,
    /// When one of each detector named it last, by the detector's name.
    pub last: BTreeMap<String, Timestamp>,
}

impl Sightings {
    /// Notes that an alert of this detector names it.
    pub fn add(&mut self, detector: &str, now: Timestamp) {
        self.first = Some(self.first.map_or(now, |first| first.min(now)));
        let last = self.last.entry(detector.to_owned()).or_insert(now);
        *last = now.max(*last);
    }
}
