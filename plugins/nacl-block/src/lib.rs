//! The default plugin: blocks external attackers at the network ACL of the instance that they attack.
//!
//! Made for alerts of Stealthwatch Cloud. Such an alert never names the attacker: it is in the observations. [`offender`] adds them up by address,
//! [`target`] finds the instance that is attacked, [`block`] says how long and why, and [`decide`] puts the answer together. Everything but
//! `target` is a pure function.

pub mod block;
pub mod decide;
pub mod offender;
pub mod settings;
pub mod target;

use quell_plugin::{Decision, Description, Facts, Failure, Plugin, Request, SettingsProblem};

pub use settings::Settings;

/// The plugin.
pub struct NaclBlock;

impl Plugin for NaclBlock {
    type Settings = Settings;

    fn describe() -> Description {
        Description::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "Blocks external attackers at the network ACL of the instance that they attack.",
        )
        .with_actions(["block"])
        .with_facts(["observations", "instance", "history"])
        .with_settings_schema(settings::SCHEMA)
    }

    fn check(settings: &Settings) -> Vec<SettingsProblem> {
        settings.problems()
    }

    fn decide(request: &Request, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
        decide::decide(&request.alert, settings, facts)
    }
}

quell_plugin::export!(NaclBlock);
