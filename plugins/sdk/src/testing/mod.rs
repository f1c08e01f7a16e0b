//! For tests of plugins, without a host: alerts, facts, and a plugin called as the host calls it.
//!
//! ```
//! use quell_plugin::testing::{FakeFacts, alert, decide, instance, observation, request};
//! use quell_plugin::{Decision, Description, Facts, Failure, Plugin, Request};
//!
//! struct Count;
//!
//! impl Plugin for Count {
//!     type Settings = std::collections::BTreeMap<String, String>;
//!
//!     fn describe() -> Description {
//!         Description::new("count", "1.0.0", "Counts observations.").with_facts(["observations"])
//!     }
//!
//!     fn decide(_: &Request, _: &Self::Settings, facts: &impl Facts) -> Result<Decision, Failure> {
//!         Ok(Decision::nothing(format!("there are {}", facts.observations()?.len())))
//!     }
//! }
//!
//! let facts = FakeFacts::default().with_observation(observation(r#"{"scanner_ip": "203.0.113.7"}"#));
//! let decision = decide::<Count>(&request(alert("Inbound Port Scanner", "Network"), "{}"), &facts);
//!
//! assert_eq!(decision, Ok(Decision::nothing("there are 1")));
//! assert_eq!(facts.asked(), ["observations"]);
//! ```

mod fake_facts;
mod sample;
mod settings_schema;

use crate::{Decision, Facts, Failure, Plugin, Request, SettingsProblem, plugin};

pub use self::{
    fake_facts::FakeFacts,
    sample::{NOW, alert, finding, instance, observation, request},
    settings_schema::{schema_defaults, settings_table},
};

/// Call a plugin as the host does: with settings as text, which are read and checked first.
///
/// # Errors
/// What the plugin says, or [`Failure::Settings`] if the settings are wrong.
pub fn decide<P: Plugin>(request: &Request, facts: &impl Facts) -> Result<Decision, Failure> {
    plugin::decide::<P>(request, facts)
}

/// Check settings as the host does when the configuration is loaded.
///
/// # Errors
/// All that is wrong with them.
///
/// ```
/// # use quell_plugin::{Decision, Description, Facts, Failure, Plugin, Request};
/// # struct Idle;
/// # impl Plugin for Idle {
/// #     type Settings = std::collections::BTreeMap<String, String>;
/// #     fn describe() -> Description { Description::new("idle", "1.0.0", "Does nothing.") }
/// #     fn decide(_: &Request, _: &Self::Settings, _: &impl Facts) -> Result<Decision, Failure> {
/// #         Ok(Decision::nothing("never")) } }
/// let problems = quell_plugin::testing::validate_settings::<Idle>("[1, 2]").unwrap_err();
/// assert_eq!(problems[0].message, "settings must be a JSON object");
/// ```
pub fn validate_settings<P: Plugin>(settings: &str) -> Result<(), Vec<SettingsProblem>> {
    plugin::checked_settings::<P>(settings).map(drop)
}

/// What is wrong with settings, a line `path: message` each. Empty if they are good.
pub fn settings_problems<P: Plugin>(settings: &str) -> String {
    let problems = validate_settings::<P>(settings).err().unwrap_or_default();
    let lines = problems
        .iter()
        .map(|SettingsProblem { path, message }| format!("{path}: {message}\n"));
    lines.collect()
}
