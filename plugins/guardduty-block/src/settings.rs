//! What an operator may set.

use quell_plugin::{Direction, Escalation, SettingsProblem};
use serde::{Deserialize, Serialize};

/// The JSON Schema of [`Settings`], which says what each means.
pub const SCHEMA: &str = include_str!("settings.schema.json");

/// The settings. [`SCHEMA`] says what each means, and its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Which findings to act on.
    pub finding_types: Vec<String>,
    /// How severe a finding must be, from 0 to 100.
    pub minimum_severity: u8,
    /// How often it must have been seen.
    pub minimum_count: u64,
    /// How long a block lasts the first time, in seconds.
    pub block_seconds: u64,
    /// How many times as long each block of an offender is as the one before.
    pub escalation_factor: u64,
    /// The longest block, in seconds.
    pub longest_block_seconds: u64,
    /// By how many percent a block may be shorter or longer.
    pub jitter_percent: u8,
    /// Which traffic to deny.
    pub direction: Direction,
    /// The most blocks in one decision.
    pub max_blocks: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            finding_types: [
                "UnauthorizedAccess:EC2/SSHBruteForce",
                "UnauthorizedAccess:EC2/RDPBruteForce",
                "Recon:EC2/PortProbeUnprotectedPort",
                "Recon:EC2/PortProbeEMRUnprotectedPort",
            ]
            .map(str::to_owned)
            .into(),
            // GuardDuty calls a port probe and a brute force attack from outside low: 2.
            minimum_severity: 0,
            minimum_count: 1,
            block_seconds: 86_400,
            escalation_factor: 2,
            // A week, far below the month that the host's guards let through by default: addresses change hands, and who has this one next did
            // nothing; and in a network ACL of 20 rules, one that is blocked for a month keeps the room of thirty that are blocked for a day.
            longest_block_seconds: 7 * 86_400,
            jitter_percent: 10,
            direction: Direction::Ingress,
            // As many as the host's guards let through by default, and as many as a network ACL has rules.
            max_blocks: 20,
        }
    }
}

impl Settings {
    /// How long a block lasts.
    pub fn escalation(&self) -> Escalation {
        Escalation {
            base_seconds: self.block_seconds,
            factor: self.escalation_factor,
            longest_seconds: self.longest_block_seconds,
            jitter_percent: self.jitter_percent,
        }
    }

    /// What is wrong with values that have the right type.
    pub fn problems(&self) -> Vec<SettingsProblem> {
        let mut problems = Vec::new();
        if self.finding_types.is_empty() {
            problems.push(SettingsProblem::new(
                "/finding-types",
                "is empty, so that nobody would ever be blocked; name at least one type, or remove the plugin",
            ));
        }
        for (index, finding_type) in self.finding_types.iter().enumerate() {
            if finding_type.trim().is_empty() {
                problems.push(SettingsProblem::new(
                    format!("/finding-types/{index}"),
                    "is empty; name a finding type",
                ));
            }
        }
        if self.minimum_severity > 100 {
            let message = format!(
                "is {}; must be from 0 to 100, ten times GuardDuty's own",
                self.minimum_severity
            );
            problems.push(SettingsProblem::new("/minimum-severity", message));
        }
        if self.minimum_count == 0 {
            problems.push(SettingsProblem::new("/minimum-count", "is 0; must be at least 1"));
        }
        problems.extend(self.escalation().problems(|setting| match setting {
            "base-seconds" => "/block-seconds".to_owned(),
            "factor" => "/escalation-factor".to_owned(),
            "longest-seconds" => "/longest-block-seconds".to_owned(),
            same => format!("/{same}"),
        }));
        if !(1..=1000).contains(&self.max_blocks) {
            let message = format!("is {}; must be from 1 to 1000", self.max_blocks);
            problems.push(SettingsProblem::new("/max-blocks", message));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use quell_plugin::{
        serde_json,
        testing::{schema_defaults, settings_problems, settings_table},
    };

    use super::*;
    use crate::GuardDutyBlock;

    fn problems(settings: &str) -> String {
        settings_problems::<GuardDutyBlock>(settings)
    }

    #[test]
    fn no_settings_at_all_are_good_settings() {
        assert_eq!(problems("{}"), "");
        assert_eq!(Settings::default().problems(), []);
    }

    #[test]
    fn the_schema_knows_every_setting_and_its_default() {
        let defaults = serde_json::to_value(Settings::default()).unwrap();
        assert_eq!(schema_defaults(SCHEMA), defaults);
    }

    #[test]
    fn a_misspelt_setting_is_told_with_what_would_be_right() {
        insta::assert_snapshot!(problems(r#"{"block-second": 60, "direction": "in"}"#), @r"
        /block-second: unknown field `block-second`, expected one of `finding-types`, `minimum-severity`, `minimum-count`, `block-seconds`, `escalation-factor`, `longest-block-seconds`, `jitter-percent`, `direction`, `max-blocks`
        /direction: unknown variant `in`, expected one of `ingress`, `egress`, `both`
        ");
    }

    #[test]
    fn the_readme_has_every_setting_as_the_schema_says_it() {
        let table = settings_table(SCHEMA);
        assert!(
            include_str!("../README.md").contains(&table),
            "put this into README.md:\n{table}"
        );
    }

    #[test]
    fn values_that_make_no_sense_are_all_told_at_once() {
        let settings = r#"{"finding-types": [" "], "minimum-severity": 101, "minimum-count": 0, "block-seconds": 0, "escalation-factor": 0,
            "jitter-percent": 90, "max-blocks": 0}"#;
        insta::assert_snapshot!(problems(settings), @r"
        /finding-types/0: is empty; name a finding type
        /minimum-severity: is 101; must be from 0 to 100, ten times GuardDuty's own
        /minimum-count: is 0; must be at least 1
        /block-seconds: is 0; must be at least 1
        /escalation-factor: is 0; must be at least 1
        /jitter-percent: is 90; must be from 0 to 50
        /max-blocks: is 0; must be from 1 to 1000
        ");
        insta::assert_snapshot!(problems(r#"{"finding-types": []}"#), @"/finding-types: is empty, so that nobody would ever be blocked; name at least one type, or remove the plugin");
    }
}
