//! Which alerts are acted on.

use quell_plugin::Alert;

use crate::{part::Part, settings::Settings};

/// What an alert to act on says of our instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    /// Whether it attacks or is attacked.
    pub part: Part,
    /// What happened, for a sentence.
    pub told: String,
}

/// What is suspected, if the alert is one to act on.
///
/// # Errors
/// Otherwise why it is not.
pub fn suspicion(alert: &Alert, settings: &Settings) -> Result<Suspicion, String> {
    let id = &alert.id;
    let kind = alert.guardduty_type().unwrap_or(&alert.kind);
    if alert.test {
        return Err(format!("alert {id} is a test"));
    }
    if alert.resolved {
        return Err(format!("alert {id} is resolved"));
    }
    let part = Part::of(alert).ok_or_else(|| format!("alert {id} does not say who attacks whom"))?;
    let (setting, types) = match (alert.guardduty_type(), alert.detector.as_str(), part) {
        (Some(_), _, Part::Actor) => ("finding-types", &settings.finding_types),
        (Some(_), _, Part::Target) => ("block-types", &settings.block_types),
        (None, "stealthwatch-cloud", _) => ("alert-types", &settings.alert_types),
        (None, other, _) => {
            return Err(format!(
                "alert {id} is of the detector `{other}`, whose alerts are not understood"
            ));
        }
    };
    if part == Part::Target && types.is_empty() {
        return Err(format!(
            "alert {id} says that {} is attacked, not that it attacks, and there are no block-types in the settings",
            alert.source.name
        ));
    }
    if !types.iter().any(|pattern| matches(pattern, kind)) {
        return Err(format!(
            "alert {id} is of type `{kind}`, which is not among the {setting} in the settings"
        ));
    }
    let severity = alert.severity.unwrap_or(0);
    // GuardDuty calls most attacks from outside low, and a block hurts nobody but the attacker.
    if part == Part::Actor && severity < settings.minimum_severity {
        return Err(format!(
            "alert {id} has severity {severity}, less than {}",
            settings.minimum_severity
        ));
    }
    let times = match alert.extension("guardduty-count") {
        None | Some("1") => String::new(),
        Some(count) => format!(", seen {count} times"),
    };
    let told = format!("{kind}{times}, alert {id}");
    Ok(Suspicion { part, told })
}

/// Whether a type fits a pattern: the type itself, or its beginning and a `*`.
fn matches(pattern: &str, kind: &str) -> bool {
    match pattern.trim().strip_suffix('*') {
        Some(beginning) => kind.starts_with(beginning),
        None => pattern.trim() == kind.trim(),
    }
}

#[cfg(test)]
mod tests {
    use quell_plugin::testing::{alert, finding};
    use rstest::rstest;

    use super::*;

    const WEB: &str = "i-0abc1234def567890";

    fn by(kind: &str, role: &str) -> Alert {
        Alert {
            severity: Some(80),
            ..finding(kind, WEB, role)
        }
    }

    fn scan() -> Alert {
        Alert {
            severity: Some(75),
            ..alert("Internal Port Scanner", WEB)
        }
    }

    fn settings() -> Settings {
        Settings {
            alert_types: vec!["Internal Port Scanner".to_owned()],
            ..Settings::default()
        }
    }

    #[rstest]
    #[case::guesses_passwords(by("UnauthorizedAccess:EC2/SSHBruteForce", "ACTOR"))]
    #[case::floods(by("Backdoor:EC2/DenialOfService.Tcp", "ACTOR"))]
    #[case::mines(by("CryptoCurrency:EC2/BitcoinTool.B!DNS", "ACTOR"))]
    #[case::scans_its_neighbours(scan())]
    fn an_instance_of_ours_is_suspected_when_it(#[case] alert: Alert) {
        assert_eq!(suspicion(&alert, &settings()).unwrap().part, Part::Actor);
    }

    #[rstest]
    #[case::by_who_guesses_passwords(by("UnauthorizedAccess:EC2/SSHBruteForce", "TARGET"))]
    #[case::as_low_as_guardduty_calls_it(
        Alert { severity: Some(20), ..by("Recon:EC2/PortProbeUnprotectedPort", "TARGET") }
    )]
    fn an_instance_of_ours_is_attacked_if_the_settings_name_the_type(#[case] alert: Alert) {
        let settings = Settings {
            block_types: ["UnauthorizedAccess:EC2/SSHBruteForce", "Recon:EC2/PortProbe*"]
                .map(str::to_owned)
                .into(),
            ..Settings::default()
        };
        assert_eq!(suspicion(&alert, &settings).unwrap().part, Part::Target);
        let unnamed = Settings {
            block_types: vec!["Impact:EC2/WinRMBruteForce".to_owned()],
            ..Settings::default()
        };
        let why = suspicion(&alert, &unnamed).unwrap_err();
        assert!(
            why.ends_with("which is not among the block-types in the settings"),
            "{why}"
        );
    }

    #[rstest]
    #[case::a_test(Alert { test: true, ..scan() }, "alert 6125 is a test")]
    #[case::over(Alert { resolved: true, ..scan() }, "alert 6125 is resolved")]
    #[case::is_attacked(
        by("UnauthorizedAccess:EC2/SSHBruteForce", "TARGET"),
        "alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 says that i-0abc1234def567890 is attacked, not that it attacks, and there are no block-types in the settings"
    )]
    #[case::no_role(
        Alert { extensions: Vec::new(), ..by("Recon:EC2/Portscan", "") },
        "alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 does not say who attacks whom"
    )]
    #[case::only_unusual(
        by("Behavior:EC2/NetworkPortUnusual", "ACTOR"),
        "alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 is of type `Behavior:EC2/NetworkPortUnusual`, which is not among the finding-types in the settings"
    )]
    #[case::not_severe(
        Alert { severity: Some(69), ..by("Recon:EC2/Portscan", "ACTOR") },
        "alert 2ac9d1f06f6a4b58a7b1c52dd0e3f671 has severity 69, less than 70"
    )]
    #[case::no_severity(Alert { severity: None, ..scan() }, "alert 6125 has severity 0, less than 70")]
    #[case::another_detector(
        Alert { detector: "security-hub".to_owned(), ..scan() },
        "alert 6125 is of the detector `security-hub`, whose alerts are not understood"
    )]
    fn nobody_is_suspected_without_reason(#[case] alert: Alert, #[case] why: &str) {
        assert_eq!(suspicion(&alert, &settings()), Err(why.to_owned()));
    }

    #[test]
    fn the_owner_s_own_scanner_is_not_suspected_unless_the_settings_say_so() {
        let why = suspicion(&scan(), &Settings::default()).unwrap_err();
        assert!(
            why.ends_with("which is not among the alert-types in the settings"),
            "{why}"
        );
    }

    #[rstest]
    #[case("Backdoor:EC2/*", "Backdoor:EC2/Spambot", true)]
    #[case("Backdoor:EC2/*", "Backdoor:Lambda/C&CActivity.B", false)]
    #[case("Backdoor:EC2/Spam", "Backdoor:EC2/Spambot", false)]
    #[case(" Recon:EC2/Portscan ", "Recon:EC2/Portscan", true)]
    fn a_star_stands_for_the_rest_of_a_type(#[case] pattern: &str, #[case] kind: &str, #[case] fits: bool) {
        assert_eq!(matches(pattern, kind), fits);
    }
}
