//! Which part our instance has in an alert.

use quell_plugin::Alert;

/// What our instance does, by an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// It attacks, or works for somebody who does.
    Actor,
    /// It is attacked.
    Target,
}

impl Part {
    /// The part of the alert's source. None if the alert does not say.
    ///
    /// GuardDuty says it as the finding's resource role. Two kinds of finding need no role, and there are findings of both in which it is `TARGET`: a name is
    /// looked up by nobody but the instance itself, and coins are mined by it.
    pub fn of(alert: &Alert) -> Option<Self> {
        let Some(finding_type) = alert.guardduty_type() else {
            return Some(Self::Actor);
        };
        let is_looked_up = alert.extension("guardduty-action") == Some("DNS_REQUEST");
        if is_looked_up || finding_type.starts_with("CryptoCurrency:EC2/") {
            return Some(Self::Actor);
        }
        match alert.extension("guardduty-resource-role") {
            Some("ACTOR") => Some(Self::Actor),
            Some("TARGET") => Some(Self::Target),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use quell_plugin::{Extension, testing};
    use rstest::rstest;

    use super::*;

    fn finding(kind: &str, role: &str, action: &str) -> Alert {
        let mut finding = testing::finding(kind, "i-0abc1234def567890", role);
        finding.extensions.push(Extension::new("guardduty-action", action));
        finding
    }

    const CONNECTION: &str = "NETWORK_CONNECTION";
    const DNS: &str = "DNS_REQUEST";

    #[rstest]
    #[case::attacks("UnauthorizedAccess:EC2/SSHBruteForce", "ACTOR", CONNECTION, Some(Part::Actor))]
    #[case::is_attacked("UnauthorizedAccess:EC2/SSHBruteForce", "TARGET", CONNECTION, Some(Part::Target))]
    #[case::is_probed("Recon:EC2/PortProbeUnprotectedPort", "TARGET", "PORT_PROBE", Some(Part::Target))]
    #[case::looks_up_names("Backdoor:EC2/C&CActivity.B!DNS", "ACTOR", DNS, Some(Part::Actor))]
    #[case::looks_up_names_as_a_target("Trojan:EC2/DropPoint!DNS", "TARGET", DNS, Some(Part::Actor))]
    #[case::mines_as_a_target("CryptoCurrency:EC2/BitcoinTool.B", "TARGET", CONNECTION, Some(Part::Actor))]
    #[case::has_no_role("Recon:EC2/Portscan", "", CONNECTION, None)]
    fn the_part_of_an_instance_that(
        #[case] kind: &str,
        #[case] role: &str,
        #[case] action: &str,
        #[case] part: Option<Part>,
    ) {
        assert_eq!(Part::of(&finding(kind, role, action)), part);
    }

    #[test]
    fn a_finding_that_security_hub_passes_on_says_the_same() {
        let passed_on = Alert {
            detector: "security-hub".to_owned(),
            kind: "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce".to_owned(),
            ..finding("UnauthorizedAccess:EC2/SSHBruteForce", "TARGET", CONNECTION)
        };
        let type_ = Extension::new("guardduty-type", "UnauthorizedAccess:EC2/SSHBruteForce");
        let extensions = [passed_on.extensions.clone(), vec![type_]].concat();
        let passed_on = Alert {
            extensions,
            ..passed_on
        };
        assert_eq!(Part::of(&passed_on), Some(Part::Target));
    }

    #[test]
    fn the_source_of_another_detector_s_alert_is_taken_for_the_actor() {
        let scan = testing::alert("Internal Port Scanner", "i-0abc1234def567890");
        assert_eq!(Part::of(&scan), Some(Part::Actor));
    }
}
