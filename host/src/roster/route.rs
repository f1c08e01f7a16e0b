//! A route: which alerts a plugin decides on.

use std::collections::BTreeSet;

use wildmatch::WildMatchPattern;

use crate::{
    alert::{Alert, Detector},
    cloud::CloudPlace,
};

/// The kinds of alert that a text with `*` for any part of it stands for. Case matters, as it does to the detectors.
#[derive(Debug, Clone, PartialEq)]
pub struct KindPattern(WildMatchPattern<'*', '\0'>);

impl KindPattern {
    /// The pattern of this text.
    pub fn new(text: &str) -> Self {
        Self(WildMatchPattern::new(text))
    }

    /// Whether it stands for this kind.
    pub fn fits(&self, kind: &str) -> bool {
        self.0.matches(kind)
    }
}

/// Which alerts: those that fulfil all that is set. Empty lists set nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    /// Only those of this detector.
    pub detector: Option<Detector>,
    /// Only those of one of these kinds.
    pub kinds: Vec<KindPattern>,
    /// Only those with this severity or more. An alert that does not say how bad it is has none.
    pub severity_at_least: Option<u8>,
    /// Only those for one of these accounts, 12 digits each.
    pub accounts: BTreeSet<String>,
    /// Only those for one of these regions.
    pub regions: BTreeSet<String>,
}

impl Route {
    /// All alerts of a detector.
    pub fn of_detector(detector: Detector) -> Self {
        Self {
            detector: Some(detector),
            ..Self::default()
        }
    }

    /// Whether this alert goes this way. The place is the one that the host found for it: an alert need not name its own.
    pub fn takes(&self, alert: &Alert, place: &CloudPlace) -> bool {
        let is_severe = |least| alert.severity.is_some_and(|severity| severity >= least);
        self.detector.is_none_or(|detector| detector == alert.detector)
            && (self.kinds.is_empty() || self.kinds.iter().any(|pattern| pattern.fits(&alert.kind)))
            && self.severity_at_least.is_none_or(is_severe)
            && (self.accounts.is_empty() || self.accounts.contains(&place.account))
            && (self.regions.is_empty() || self.regions.contains(&place.region))
    }
}
