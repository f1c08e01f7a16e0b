//! Isolates an instance of ours that attacks others, and blocks who attacks it if the settings say so.
//!
//! [`suspicion`] says which alerts are acted on, [`part`] whether the instance attacks or is attacked, [`protection`] which instances are spared, [`remotes`]
//! who is on the other side, and [`decide`] puts the answer together. Everything but `decide` is a pure function.

pub mod decide;
pub mod part;
pub mod protection;
pub mod remotes;
pub mod settings;
pub mod suspicion;

use quell_plugin::{Decision, Description, Facts, Failure, Plugin, Request, SettingsProblem};

pub use settings::Settings;

/// The plugin.
pub struct IsolateAttacker;

impl Plugin for IsolateAttacker {
    type Settings = Settings;

    fn describe() -> Description {
        Description::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "Isolates an instance of ours that attacks others, unless a tag protects it; blocks who attacks it, if asked.",
        )
        .with_actions(["isolate", "block"])
        .with_facts(["instance", "observations"])
        .with_settings_schema(settings::SCHEMA)
    }

    fn check(settings: &Settings) -> Vec<SettingsProblem> {
        settings.problems()
    }

    fn decide(request: &Request, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
        decide::decide(&request.alert, settings, facts)
    }
}

quell_plugin::export!(IsolateAttacker);
