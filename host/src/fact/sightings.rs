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
    /// Notes that an alert of this detector, which came at this time, names it.
    pub fn add(&mut self, detector: &str, arrival: Timestamp) {
        self.first = Some(self.first.map_or(arrival, |first| first.min(arrival)));
        let last = self.last.entry(detector.to_owned()).or_insert(arrival);
        *last = arrival.max(*last);
    }

    /// What they say to an alert that came at `arrival`. What was named first at that time or later is no age for it: the alert itself may have named it, when it was tried before.
    #[must_use]
    pub fn known_to(self, arrival: Timestamp) -> Self {
        Self {
            first: self.first.filter(|first| *first < arrival),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_alert_that_is_tried_again_is_no_witness_of_itself_and_one_that_came_before_it_is() {
        let mut sightings = Sightings::default();
        sightings.add("guardduty", at(600));
        assert_eq!(sightings.clone().known_to(at(600)).first, None);
        assert_eq!(sightings.clone().known_to(at(601)).first, Some(at(600)));
        assert_eq!(
            sightings.clone().known_to(at(600)).last,
            sightings.last,
            "who named it last is told all the same"
        );
    }
}
