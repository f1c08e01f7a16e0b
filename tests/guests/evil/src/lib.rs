//! A plugin that attacks its host. Each mode is one threat; the host must end or answer each in its own words, and go on.
//!
//! The settings are the name of the mode, for `validate-settings` and `decide` alike. In a configuration, where settings are a table, the mode of `decide` is its only
//! key, `mode`. `describe` is given nothing, so its mode stands in
//! the static `DESCRIBE`, and the tests overwrite it in the component's bytes.

#![cfg(target_family = "wasm")]

mod answer;
mod attack;
mod describe;
mod search;

wit_bindgen::generate!({
    path: "../../../wit",
    world: "plugin",
    default_bindings_module: "crate",
});

use exports::quell::plugin::decider::Guest;
use quell::plugin::types::{Decision, Description, Failure, Request, SettingsProblem};

struct Evil;

impl Guest for Evil {
    fn describe() -> Description {
        describe::describe()
    }

    fn validate_settings(settings: String) -> Result<(), Vec<SettingsProblem>> {
        match settings.as_str() {
            "many-problems" => Err(vec![describe::problem("/x", "wrong"); 10_000]),
            "two-problems" => Err(vec![
                describe::problem("/block-secnods", "unknown; did you mean `block-seconds`?"),
                describe::problem("", "line one\nERROR a forged line"),
            ]),
            mode => {
                attack::run(mode);
                Ok(())
            }
        }
    }

    fn decide(request: Request) -> Result<Decision, Failure> {
        let mode = mode(&request.settings);
        if let Some(turned) = mode.strip_prefix("search ") {
            return answer::nothing(&search::search(&request, turned));
        }
        attack::run(mode);
        answer::to(&mode.replace("SOURCE", &request.alert.source.name))
    }
}

/// The mode in `{"mode":"…"}`, or else the text itself.
fn mode(settings: &str) -> &str {
    let inside = settings
        .strip_prefix("{\"mode\":\"")
        .and_then(|rest| rest.strip_suffix("\"}"));
    inside.unwrap_or(settings)
}

export!(Evil);
