//! Which findings are acted on.

use quell_plugin::Alert;

use crate::settings::Settings;

/// An attack from outside on an instance of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attack<'a> {
    /// The finding about it.
    pub finding: &'a Alert,
    /// How often GuardDuty saw it.
    pub count: u64,
}

/// The attack that a finding is about, if it is one to act on; otherwise why it is not.
///
/// The instance must be the target. GuardDuty has findings of the same type for an instance that attacks somebody else: to block that somebody helps nobody,
/// and `isolate-attacker` is the plugin for it.
pub fn attack<'a>(finding: &'a Alert, settings: &Settings) -> Result<Attack<'a>, String> {
    let id = &finding.id;
    let kind = finding.guardduty_type().unwrap_or(&finding.kind);
    if finding.test {
        return Err(format!("finding {id} is a sample"));
    }
    if finding.resolved {
        return Err(format!("finding {id} is archived"));
    }
    if !settings.finding_types.iter().any(|it| it.trim() == kind.trim()) {
        return Err(format!(
            "finding {id} is of type `{kind}`, which is not among the finding-types in the settings"
        ));
    }
    match finding.extension("guardduty-resource-role") {
        Some("TARGET") => {}
        Some("ACTOR") => {
            return Err(format!(
                "finding {id} says that {} attacks, not that it is attacked",
                finding.source.name
            ));
        }
        _ => return Err(format!("finding {id} does not say who attacks whom")),
    }
    let severity = finding.severity.unwrap_or(0);
    if severity < settings.minimum_severity {
        return Err(format!(
            "finding {id} has severity {severity}, less than {}",
            settings.minimum_severity
        ));
    }
    let count = finding
        .extension("guardduty-count")
        .and_then(|count| count.parse().ok());
    // A finding that does not count was seen, so once.
    let count = count.unwrap_or(1);
    if count < settings.minimum_count {
        return Err(format!(
            "finding {id} was seen {count} times, less often than {}",
            settings.minimum_count
        ));
    }
    Ok(Attack { finding, count })
}

#[cfg(test)]
mod tests {
    use quell_plugin::{Extension, testing::finding};
    use rstest::rstest;

    use super::*;

    const SSH: &str = "UnauthorizedAccess:EC2/SSHBruteForce";

    fn brute_force() -> Alert {
        finding(SSH, "i-0abc1234def567890", "TARGET")
    }

    fn of_role(role: &str) -> Alert {
        finding(SSH, "i-0abc1234def567890", role)
    }

    fn seen(count: &str) -> Alert {
        Alert {
            extensions: vec![
                Extension::new("guardduty-resource-role", "TARGET"),
                Extension::new("guardduty-count", count),
            ],
            ..brute_force()
        }
    }

    #[rstest]
    #[case::counted_once(brute_force(), 1)]
    #[case::counted(seen("118"), 118)]
    #[case::an_odd_count(seen("many"), 1)]
    fn an_attack_on_an_instance_of_ours_is_acted_on(#[case] alert: Alert, #[case] count: u64) {
        assert_eq!(attack(&alert, &Settings::default()).unwrap().count, count);
    }

    #[test]
    fn a_finding_that_security_hub_passes_on_is_the_same_finding() {
        let mut passed_on = Alert {
            detector: "security-hub".to_owned(),
            kind: "TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce".to_owned(),
            ..brute_force()
        };
        passed_on.extensions.push(Extension::new("guardduty-type", SSH));
        assert_eq!(attack(&passed_on, &Settings::default()).unwrap().count, 1);
    }

    #[rstest]
    #[case::a_sample(Alert { test: true, ..brute_force() }, "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 is a sample")]
    #[case::archived(Alert { resolved: true, ..brute_force() }, "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 is archived")]
    #[case::ours_attacks(
        of_role("ACTOR"),
        "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 says that i-0abc1234def567890 attacks, not that it is attacked"
    )]
    #[case::no_role(Alert { extensions: Vec::new(), ..brute_force() }, "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 does not say who attacks whom")]
    #[case::another_role(
        of_role("target?"),
        "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 does not say who attacks whom"
    )]
    #[case::another_type(
        finding("Recon:EC2/Portscan", "i-0abc1234def567890", "TARGET"),
        "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 is of type `Recon:EC2/Portscan`, which is not among the finding-types in the settings"
    )]
    #[case::too_harmless(Alert { severity: Some(19), ..brute_force() }, "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 has severity 19, less than 20")]
    #[case::no_severity(Alert { severity: None, ..brute_force() }, "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 has severity 0, less than 20")]
    #[case::too_seldom(
        seen("2"),
        "finding 2ac9d1f06f6a4b58a7b1c52dd0e3f671 was seen 2 times, less often than 3"
    )]
    fn anything_else_is_left_alone_with_the_reason(#[case] alert: Alert, #[case] why: &str) {
        let settings = Settings {
            minimum_severity: 20,
            minimum_count: 3,
            ..Settings::default()
        };
        assert_eq!(attack(&alert, &settings).unwrap_err(), why);
    }
}
