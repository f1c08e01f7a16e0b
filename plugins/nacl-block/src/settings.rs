//! What an operator may set.

use quell_plugin::{Direction, Escalation, SettingsProblem};
use serde::{Deserialize, Serialize};

/// The JSON Schema of [`Settings`], which says what each means.
pub const SCHEMA: &str = include_str!("settings.schema.json");

/// The settings. [`SCHEMA`] says what each means, and its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Which alerts to act on.
    pub alert_types: Vec<String>,
    /// How many failed attempts make an offender, where they are counted.
    pub failed_attempts: u64,
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
            // Not `Geographically Unusual Remote Access`, which may be a colleague who travels, and not `User Watchlist Hit`, whose
            // remote side may be a server that somebody inside called.
            alert_types: ["Excessive Access Attempts (External)", "Inbound Port Scanner"]
                .map(str::to_owned)
                .into(),
            failed_attempts: 10,
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
        if self.alert_types.is_empty() {
            problems.push(SettingsProblem::new(
                "/alert-types",
                "is empty, so that nothing would ever be blocked; name at least one type, or remove the plugin",
            ));
        }
        for (index, alert_type) in self.alert_types.iter().enumerate() {
            if alert_type.trim().is_empty() {
                problems.push(SettingsProblem::new(
                    format!("/alert-types/{index}"),
                    "is empty; name an alert type",
                ));
            }
        }
        if self.failed_attempts == 0 {
            problems.push(SettingsProblem::new("/failed-attempts", "is 0; must be at least 1"));
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
    use crate::NaclBlock;

    fn problems(settings: &str) -> String {
        settings_problems::<NaclBlock>(settings)
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
    fn a_person_who_may_be_travelling_is_not_blocked_by_default() {
        let types = Settings::default().alert_types;
        assert!(
            !types
                .iter()
                .any(|it| it.contains("Geographically") || it.contains("Watchlist")),
            "{types:?}"
        );
    }

    #[test]
    fn a_misspelt_setting_is_told_with_what_would_be_right() {
        insta::assert_snapshot!(problems(r#"{"block-second": 60, "direction": "in"}"#), @"
        /block-second: unknown field `block-second`, expected one of `alert-types`, `failed-attempts`, `block-seconds`, `escalation-factor`, `longest-block-seconds`, `jitter-percent`, `direction`, `max-blocks`
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
        insta::assert_snapshot!(
            problems(r#"{"alert-types": [" "], "failed-attempts": 0, "block-seconds": 0, "escalation-factor": 0, "jitter-percent": 90, "max-blocks": 0}"#),
            @"
        /alert-types/0: is empty; name an alert type
        /failed-attempts: is 0; must be at least 1
        /block-seconds: is 0; must be at least 1
        /escalation-factor: is 0; must be at least 1
        /jitter-percent: is 90; must be from 0 to 50
        /max-blocks: is 0; must be from 1 to 1000
        "
        );
        insta::assert_snapshot!(problems(r#"{"alert-types": []}"#),
            @"/alert-types: is empty, so that nothing would ever be blocked; name at least one type, or remove the plugin");
        insta::assert_snapshot!(problems(r#"{"block-seconds": 864000}"#),
            @"/longest-block-seconds: is 604800, which is shorter than the first block; must be at least 864000");
    }
}
