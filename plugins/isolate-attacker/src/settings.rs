//! What an operator may set.

use quell_plugin::SettingsProblem;
use serde::{Deserialize, Serialize};

/// The JSON Schema of [`Settings`], which says what each means.
pub const SCHEMA: &str = include_str!("settings.schema.json");

/// The settings. [`SCHEMA`] says what each means, and its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Which findings of GuardDuty to isolate on; the instance must be the actor.
    pub finding_types: Vec<String>,
    /// Which findings of GuardDuty to block on; the instance must be the target.
    pub block_types: Vec<String>,
    /// Which alerts of Stealthwatch Cloud to act on; their source is taken for the attacker.
    pub alert_types: Vec<String>,
    /// How severe an alert must be, from 0 to 100.
    pub minimum_severity: u8,
    /// Which instances are spared, by their tags.
    pub protected_tags: Vec<String>,
    /// Whether instances of an Auto Scaling group are spared.
    pub spare_auto_scaling: bool,
    /// How long an isolation lasts, in seconds.
    pub isolate_seconds: u64,
    /// How long a block lasts, in seconds.
    pub block_seconds: u64,
    /// The security groups of an isolated instance. Empty for the host's choice.
    pub security_groups: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            // Not `Behavior:EC2/*`, which is unusual and need not be an attack, and not the findings on reputation alone.
            finding_types: [
                "Backdoor:EC2/*",
                "CryptoCurrency:EC2/*",
                "Trojan:EC2/*",
                "Impact:EC2/PortSweep",
                "Impact:EC2/WinRMBruteForce",
                "Recon:EC2/Portscan",
                "UnauthorizedAccess:EC2/SSHBruteForce",
                "UnauthorizedAccess:EC2/RDPBruteForce",
            ]
            .map(str::to_owned)
            .into(),
            // To block is another right than to isolate, and `guardduty-block` knows how often who was blocked before: who wants it here names the types.
            block_types: Vec::new(),
            // `Internal Port Scanner` may be the owner's own scanner: who wants it names it, and protects the scanner with a tag.
            alert_types: Vec::new(),
            // What GuardDuty calls high: an isolated server may hurt more than what is less than that.
            minimum_severity: 70,
            protected_tags: vec!["quell:never-isolate".to_owned()],
            spare_auto_scaling: false,
            isolate_seconds: 86_400,
            block_seconds: 86_400,
            security_groups: Vec::new(),
        }
    }
}

impl Settings {
    /// What is wrong with values that have the right type.
    pub fn problems(&self) -> Vec<SettingsProblem> {
        let mut problems = Vec::new();
        if self.finding_types.is_empty() && self.alert_types.is_empty() && self.block_types.is_empty() {
            problems.push(SettingsProblem::new(
                "/finding-types",
                "is empty, and so are alert-types and block-types, so that nothing would ever be done; name at least one type, or remove the plugin",
            ));
        }
        let lists = [
            ("finding-types", &self.finding_types),
            ("block-types", &self.block_types),
            ("alert-types", &self.alert_types),
            ("protected-tags", &self.protected_tags),
            ("security-groups", &self.security_groups),
        ];
        for (setting, list) in lists {
            for (index, text) in list.iter().enumerate() {
                // A type of `*` alone would be every finding there is.
                if text.trim().is_empty() || text.trim() == "*" {
                    let message = format!("is `{text}`, which is no name; write one, or take it out");
                    problems.push(SettingsProblem::new(format!("/{setting}/{index}"), message));
                }
            }
        }
        if self.minimum_severity > 100 {
            let message = format!("is {}; must be from 0 to 100", self.minimum_severity);
            problems.push(SettingsProblem::new("/minimum-severity", message));
        }
        for (setting, seconds) in [
            ("isolate-seconds", self.isolate_seconds),
            ("block-seconds", self.block_seconds),
        ] {
            if seconds == 0 {
                problems.push(SettingsProblem::new(format!("/{setting}"), "is 0; must be at least 1"));
            }
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
    use crate::IsolateAttacker;

    fn problems(settings: &str) -> String {
        settings_problems::<IsolateAttacker>(settings)
    }

    #[test]
    fn no_settings_at_all_are_good_settings() {
        assert_eq!(problems("{}"), "");
    }

    #[test]
    fn the_schema_knows_every_setting_and_its_default() {
        let defaults = serde_json::to_value(Settings::default()).unwrap();
        assert_eq!(schema_defaults(SCHEMA), defaults);
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
        let settings = r#"{"finding-types": ["*"], "block-types": [""], "alert-types": [" "], "minimum-severity": 101, "protected-tags": [""],
            "isolate-seconds": 0, "block-seconds": 0, "security-groups": [""]}"#;
        insta::assert_snapshot!(problems(settings), @r"
        /finding-types/0: is `*`, which is no name; write one, or take it out
        /block-types/0: is ``, which is no name; write one, or take it out
        /alert-types/0: is ` `, which is no name; write one, or take it out
        /protected-tags/0: is ``, which is no name; write one, or take it out
        /security-groups/0: is ``, which is no name; write one, or take it out
        /minimum-severity: is 101; must be from 0 to 100
        /isolate-seconds: is 0; must be at least 1
        /block-seconds: is 0; must be at least 1
        ");
        insta::assert_snapshot!(problems(r#"{"finding-types": []}"#), @"/finding-types: is empty, and so are alert-types and block-types, so that nothing would ever be done; name at least one type, or remove the plugin");
        insta::assert_snapshot!(problems(r#"{"protect-tags": []}"#), @"/protect-tags: unknown field `protect-tags`, expected one of `finding-types`, `block-types`, `alert-types`, `minimum-severity`, `protected-tags`, `spare-auto-scaling`, `isolate-seconds`, `block-seconds`, `security-groups`");
    }
}
