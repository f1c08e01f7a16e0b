//! A route: which alerts a plugin decides on.

use std::{collections::BTreeSet, fmt};

use wildmatch::WildMatchPattern;

use crate::{
    alert::{Alert, Detector},
    cloud::CloudPlace,
    guard::Demands,
};

/// The kinds of alert that a text with `*` for any part of it stands for. Case matters, as it does to the detectors.
#[derive(Debug, Clone, PartialEq)]
pub struct KindPattern {
    text: String,
    pattern: WildMatchPattern<'*', '\0'>,
}

impl KindPattern {
    /// The pattern of this text.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            pattern: WildMatchPattern::new(text),
        }
    }

    /// Whether it stands for this kind.
    pub fn fits(&self, kind: &str) -> bool {
        self.pattern.matches(kind)
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
    /// What is demanded before an address is blocked.
    pub demands: Demands,
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

/// What it takes, for a person.
impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.kinds.iter().map(|pattern| format!("`{}`", pattern.text)).collect();
        let any_of = |all: &BTreeSet<String>| all.iter().cloned().collect::<Vec<_>>().join(" or ");
        let conditions = [
            self.detector.map(|detector| detector.to_string()),
            (!kinds.is_empty()).then(|| kinds.join(" or ")),
            self.severity_at_least.map(|least| format!("severity from {least}")),
            (!self.accounts.is_empty()).then(|| format!("account {}", any_of(&self.accounts))),
            (!self.regions.is_empty()).then(|| any_of(&self.regions)),
        ];
        let conditions: Vec<_> = conditions.into_iter().flatten().collect();
        if conditions.is_empty() {
            return formatter.write_str("all alerts");
        }
        formatter.write_str(&conditions.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::alert::{Place, Source};

    fn alert(kind: &str, severity: Option<u8>) -> Alert {
        Alert {
            id: "1".to_owned(),
            detector: Detector::StealthwatchCloud,
            kind: kind.to_owned(),
            title: String::new(),
            description: String::new(),
            severity,
            time: None,
            test: false,
            resolved: false,
            source: Source::default(),
            place: Place::default(),
            raw: String::new(),
            extensions: Default::default(),
        }
    }

    fn place(account: &str, region: &str) -> CloudPlace {
        CloudPlace {
            account: account.to_owned(),
            region: region.to_owned(),
        }
    }

    fn here() -> CloudPlace {
        place("111122223333", "eu-west-1")
    }

    #[rstest]
    #[case::itself("Inbound Port Scanner", "Inbound Port Scanner", true)]
    #[case::another("Inbound Port Scanner", "Inbound Port Scanners", false)]
    #[case::another_case("Inbound Port Scanner", "inbound port scanner", false)]
    #[case::its_beginning("Excessive Access*", "Excessive Access Attempts (External)", true)]
    #[case::its_end("*:EC2/SSHBruteForce", "UnauthorizedAccess:EC2/SSHBruteForce", true)]
    #[case::its_middle("*EC2*Brute*", "UnauthorizedAccess:EC2/SSHBruteForce", true)]
    #[case::no_text_for_a_star("Recon:*", "Recon:", true)]
    #[case::a_question_mark_is_itself("What?", "Whats", false)]
    #[case::brackets_are_themselves("Attempts (External) [x]", "Attempts (External) [x]", true)]
    fn a_star_stands_for_any_text_and_nothing_else_does(#[case] pattern: &str, #[case] kind: &str, #[case] fits: bool) {
        assert_eq!(KindPattern::new(pattern).fits(kind), fits);
    }

    #[test]
    fn an_alert_must_fulfil_all_that_is_set() {
        let route = Route {
            detector: Some(Detector::StealthwatchCloud),
            kinds: vec![KindPattern::new("A*"), KindPattern::new("B*")],
            severity_at_least: Some(50),
            accounts: BTreeSet::from(["111122223333".to_owned()]),
            regions: BTreeSet::from(["eu-west-1".to_owned()]),
            demands: Demands::default(),
        };
        assert!(route.takes(&alert("Bx", Some(50)), &here()));
        assert!(!route.takes(&alert("Cx", Some(50)), &here()));
        assert!(!route.takes(&alert("Bx", Some(49)), &here()));
        assert!(!route.takes(&alert("Bx", Some(50)), &place("444455556666", "eu-west-1")));
        assert!(!route.takes(&alert("Bx", Some(50)), &place("111122223333", "us-east-1")));
        insta::assert_snapshot!(route, @"stealthwatch-cloud, `A*` or `B*`, severity from 50, account 111122223333, eu-west-1");
    }

    #[test]
    fn an_alert_that_does_not_say_how_bad_it_is_is_not_severe() {
        let route = Route {
            severity_at_least: Some(0),
            ..Route::default()
        };
        assert!(!route.takes(&alert("x", None), &here()));
        assert!(Route::default().takes(&alert("x", None), &here()));
        insta::assert_snapshot!(Route::default(), @"all alerts");
    }
}
