//! Evidence: what a route demands before an address is blocked, and what the host itself knows of it.
//!
//! An alert is a message, and a sender can be forged. So a route can demand more than the plugin's word: each demand is held against what the host decoded, observed and
//! journalled itself. What can't be known is not met.

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Word;
use crate::{alert::Detector, duration::HumanDuration};

/// What a route demands before an address is blocked. All that is set must be met.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Demands {
    /// At least so many observations that name the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observations: Option<u32>,
    /// At least so many failed attempts of it, over all observations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_attempts: Option<u64>,
    /// An observation that shows a connection which was established.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub established: bool,
    /// That an alert of another detector named the address within this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_detector: Option<HumanDuration>,
    /// That some alert which came before this one named the address at least so long ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_age: Option<HumanDuration>,
}

impl Demands {
    /// Whether nothing is demanded.
    pub fn are_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what alerts named before is needed.
    pub fn need_sightings(&self) -> bool {
        self.second_detector.is_some() || self.minimum_age.is_some()
    }

    /// Whether the alert's observations are needed.
    pub fn need_observations(&self) -> bool {
        self.observations.is_some() || self.failed_attempts.is_some() || self.established
    }

    /// What is demanded if both must be met.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            observations: self.observations.max(other.observations),
            failed_attempts: self.failed_attempts.max(other.failed_attempts),
            established: self.established || other.established,
            // The shorter time is harder to meet.
            second_detector: match (self.second_detector, other.second_detector) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
            minimum_age: self.minimum_age.max(other.minimum_age),
        }
    }
}

/// What the host itself knows of the addresses of a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many of the alert's observations name one of them.
    pub observations: u32,
    /// Their failed attempts over all observations that count them. None if none does.
    pub failed_attempts: Option<u64>,
    /// Whether an observation shows that one of them had a connection.
    pub established: bool,
    /// When an alert that came before this one first named one of them, as far back as the journal remembers.
    pub first: Option<Timestamp>,
    /// When an alert of each detector named one of them last.
    pub detectors: BTreeMap<String, Timestamp>,
}

/// Holds each demand against what is known, and says of each whether it is met. What can't be known is not.
pub(super) fn guard(
    prefix: IpNet,
    demands: &Demands,
    evidence: Result<&Evidence, &str>,
    detector: Detector,
    now: Timestamp,
) -> Word {
    let evidence = evidence.map_err(|why| format!("the evidence on {prefix} can't be found out: {why}"))?;
    let heard = demands.hear(evidence, detector, now);
    let is_met = heard.iter().all(|(is_met, _)| *is_met);
    let told: Vec<_> = heard
        .iter()
        .map(|(is_met, told)| format!("{}: {told}", if *is_met { "met" } else { "NOT MET" }))
        .collect();
    let told = told.join("; ");
    if is_met {
        Ok(told)
    } else {
        Err(format!("{prefix}: {told}"))
    }
}

impl Demands {
    /// Each demand: whether it is met, and by what.
    fn hear(&self, evidence: &Evidence, detector: Detector, now: Timestamp) -> Vec<(bool, String)> {
        let mut heard = Vec::new();
        if let Some(least) = self.observations {
            let found = evidence.observations;
            heard.push((found >= least, format!("{found} observations of at least {least}")));
        }
        if let Some(least) = self.failed_attempts {
            heard.push(match evidence.failed_attempts {
                Some(found) => (found >= least, format!("{found} failed attempts of at least {least}")),
                None => (false, format!("no failed attempts are counted, of at least {least}")),
            });
        }
        if self.established {
            heard.push(match evidence.established {
                true => (true, "a connection was established".to_owned()),
                false => (false, "no connection is shown to have been established".to_owned()),
            });
        }
        if let Some(within) = self.second_detector {
            heard.push(second(evidence, detector, within, now));
        }
        if let Some(least) = self.minimum_age {
            heard.push(match evidence.first {
                Some(first) => {
                    let age = age(first, now);
                    (age >= least, format!("first named {age} ago, of at least {least}"))
                }
                None => (false, format!("named for the first time, of at least {least} ago")),
            });
        }
        heard
    }
}

/// Whether another detector named it. One whose word comes through Security Hub as well is no second one.
fn second(evidence: &Evidence, detector: Detector, within: HumanDuration, now: Timestamp) -> (bool, String) {
    let relays = |name: &str| {
        let pair = [name, detector.name()];
        pair.contains(&Detector::GuardDuty.name()) && pair.contains(&Detector::SecurityHub.name())
    };
    let other = evidence
        .detectors
        .iter()
        .filter(|(name, last)| name.as_str() != detector.name() && !relays(name) && age(**last, now) <= within)
        .max_by_key(|(_, last)| **last);
    match other {
        Some((name, last)) => {
            let ago = age(*last, now);
            (true, format!("{name} named it {ago} ago, within {within}"))
        }
        None => (false, format!("no other detector named it within {within}")),
    }
}

/// In whole seconds.
fn age(since: Timestamp, now: Timestamp) -> HumanDuration {
    HumanDuration::from_secs(u64::try_from(now.duration_since(since).as_secs()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    fn word(demands: &Demands, evidence: Result<&Evidence, &str>) -> String {
        let prefix = "203.0.113.7/32".parse().unwrap();
        match guard(prefix, demands, evidence, Detector::GuardDuty, at(0)) {
            Ok(told) => format!("passed: {told}"),
            Err(told) => format!("refused: {told}"),
        }
    }

    fn all() -> Demands {
        Demands {
            observations: Some(3),
            failed_attempts: Some(100),
            established: true,
            second_detector: Some(HumanDuration::from_secs(3600)),
            minimum_age: Some(HumanDuration::from_secs(600)),
        }
    }

    fn enough() -> Evidence {
        Evidence {
            observations: 3,
            failed_attempts: Some(508),
            established: true,
            first: Some(at(-660)),
            detectors: [("stealthwatch-cloud".to_owned(), at(-720))].into(),
        }
    }

    #[test]
    fn each_demand_is_told_with_its_figure() {
        insta::assert_snapshot!(word(&all(), Ok(&enough())), @"passed: met: 3 observations of at least 3; met: 508 failed attempts of at least 100; met: a connection was established; met: stealthwatch-cloud named it 12m ago, within 1h; met: first named 11m ago, of at least 10m");
    }

    #[test]
    fn what_nobody_knows_is_not_met() {
        insta::assert_snapshot!(word(&all(), Ok(&Evidence::default())), @"refused: 203.0.113.7/32: NOT MET: 0 observations of at least 3; NOT MET: no failed attempts are counted, of at least 100; NOT MET: no connection is shown to have been established; NOT MET: no other detector named it within 1h; NOT MET: named for the first time, of at least 10m ago");
        insta::assert_snapshot!(word(&all(), Err("the API is down")), @"refused: the evidence on 203.0.113.7/32 can't be found out: the API is down");
    }

    #[test]
    fn one_demand_that_is_not_met_is_enough_to_refuse() {
        let short = Evidence {
            failed_attempts: Some(99),
            ..enough()
        };
        assert!(word(&all(), Ok(&short)).contains("NOT MET: 99 failed attempts of at least 100"));
        assert!(word(&all(), Ok(&short)).starts_with("refused"));
    }

    #[test]
    fn a_detector_is_no_witness_of_itself_nor_is_who_repeats_it() {
        let demands = Demands {
            second_detector: Some(HumanDuration::from_secs(3600)),
            ..Demands::default()
        };
        for name in ["guardduty", "security-hub"] {
            let evidence = Evidence {
                detectors: [(name.to_owned(), at(-1))].into(),
                ..Evidence::default()
            };
            insta::allow_duplicates! {
                insta::assert_snapshot!(word(&demands, Ok(&evidence)), @"refused: 203.0.113.7/32: NOT MET: no other detector named it within 1h");
            }
        }
    }

    #[test]
    fn a_second_detector_that_spoke_too_long_ago_is_none() {
        let late = Evidence {
            detectors: [("stealthwatch-cloud".to_owned(), at(-3601))].into(),
            ..enough()
        };
        assert!(word(&all(), Ok(&late)).starts_with("refused"));
    }

    #[test]
    fn of_two_routes_the_harder_demand_of_each_kind_counts() {
        let other = Demands {
            observations: Some(1),
            second_detector: Some(HumanDuration::from_secs(60)),
            ..Demands::default()
        };
        let both = all().and(&other);
        assert_eq!(both, other.and(&all()));
        assert_eq!(
            (both.observations, both.second_detector),
            (Some(3), Some(HumanDuration::from_secs(60)))
        );
        assert!(Demands::default().and(&Demands::default()).are_none());
    }
}
