//! Blocks who guesses passwords and probes ports, as Amazon GuardDuty finds it.
//!
//! [`scope`] says which findings are about an attack from outside on an instance of ours, [`offender`] who the attackers are, [`block`] for how long and
//! why each is blocked, and [`decide`] puts the answer together. Everything but `decide` is a pure function.

pub mod block;
pub mod decide;
pub mod offender;
pub mod scope;
pub mod settings;

use quell_plugin::{Decision, Description, Facts, Failure, Plugin, Request, SettingsProblem};

pub use settings::Settings;

/// The plugin.
pub struct GuardDutyBlock;

impl Plugin for GuardDutyBlock {
    type Settings = Settings;

    fn describe() -> Description {
        Description::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "Blocks who guesses passwords and probes ports, as GuardDuty finds it, at the instance that is attacked.",
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

quell_plugin::export!(GuardDutyBlock);
