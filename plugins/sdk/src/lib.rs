//! Write a Quell remediation plugin in Rust.
//!
//! A plugin is given one alert and answers what should be done about it, or why nothing should. It holds no credentials and touches nothing:
//! the host checks each remediation, carries it out and takes it back. This crate turns the contract between the two into one trait, [`Plugin`].
//!
//! # From nothing to a plugin
//!
//! `quell plugin new NAME --language rust` writes a folder to begin in, with this crate inside. By hand it is a library crate with these lines in its
//! `Cargo.toml`:
//!
//! ```toml
//! [dependencies]
//! quell-plugin = "0.1"
//! serde = { version = "1", features = ["derive"] }
//! ```
//!
//! and this `src/lib.rs`:
//!
//! ```
//! use quell_plugin::{
//!     Block, BlockPlace, Decision, Description, Direction, Facts, Failure, Plugin, Remediation, Request, address,
//! };
//!
//! /// What an operator may set in `quell.toml`. An unknown key is told to the operator, with its place.
//! #[derive(serde::Deserialize)]
//! #[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
//! pub struct Settings {
//!     block_seconds: u64,
//! }
//!
//! impl Default for Settings {
//!     fn default() -> Self {
//!         Self { block_seconds: 3600 }
//!     }
//! }
//!
//! /// Blocks whoever is named as `remote_ip`.
//! pub struct BlockRemote;
//!
//! impl Plugin for BlockRemote {
//!     type Settings = Settings;
//!
//!     fn describe() -> Description {
//!         Description::new("block-remote", env!("CARGO_PKG_VERSION"), "Blocks whoever is named as remote_ip.")
//!             .with_actions(["block"])
//!             .with_facts(["observations", "instance"])
//!     }
//!
//!     fn decide(request: &Request, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
//!         if request.alert.test || request.alert.resolved {
//!             return Ok(Decision::nothing("the alert is a test or resolved"));
//!         }
//!         let target = facts.instance(&request.alert.source.name)?;
//!         let mut remediations = Vec::new();
//!         for observation in facts.observations()? {
//!             let fields = observation.fields();
//!             let Some(remote) = fields.get("remote_ip").and_then(|it| address::parse(it.as_str()?)) else { continue };
//!             let block = Block::new(remote, Direction::Ingress, BlockPlace::Instance(target.id.clone()));
//!             let reason = format!("{remote} is the remote side of alert {}", request.alert.id);
//!             remediations.push(Remediation::new(block, reason).for_seconds(settings.block_seconds));
//!         }
//!         if remediations.is_empty() {
//!             return Ok(Decision::nothing("no observation names a remote address"));
//!         }
//!         Ok(Decision::remediate(remediations))
//!     }
//! }
//!
//! quell_plugin::export!(BlockRemote);
//! # fn main() {}
//! ```
//!
//! `quell plugin build` compiles it for `wasm32-unknown-unknown` and makes the component.
//!
//! # What every plugin needs
//!
//! - [`Observation::sides`]: the remote addresses of an observation and the customer's own, whichever detector made it;
//! - [`OwnSide`]: whom an alert must never be turned against;
//! - [`address`]: addresses and prefixes as detectors write them;
//! - [`settings`]: settings of a type of your own, with every problem and its place told at once;
//! - [`Histories`] and [`Escalation`]: who was blocked before, and how long to block this time;
//! - [`confidence`]: how sure to be of somebody who was seen so often;
//! - [`Notes`]: who was left out and why, bounded in number.
//!
//! Each is a plain function or type: a plugin takes what it wants and keeps its own flow. `plugins/nacl-block` uses all of them.
//!
//! # Who comes back
//!
//! A plugin remembers nothing, but the host does: [`Facts::history`] says how often an address was blocked before. An [`Escalation`] among the
//! settings makes of it how long to block this time, for an operator to tune:
//!
//! ```
//! use quell_plugin::{Escalation, FactError, Facts, SettingsProblem, testing::FakeFacts};
//! # use std::net::IpAddr;
//!
//! #[derive(Default, serde::Deserialize)]
//! #[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
//! struct Settings {
//!     escalation: Escalation,
//! }
//!
//! /// For `Plugin::check`.
//! fn check(settings: &Settings) -> Vec<SettingsProblem> {
//!     settings.escalation.problems(|setting| format!("/escalation/{setting}"))
//! }
//!
//! /// For `Remediation::for_seconds`. The description must name the fact `history`.
//! fn seconds(remote: IpAddr, alert: &str, settings: &Settings, facts: &impl Facts) -> Result<u64, FactError> {
//!     let history = facts.history(remote)?;
//!     Ok(settings.escalation.seconds(&history, &format!("{remote} {alert}")))
//! }
//! # assert_eq!(check(&Settings::default()), []);
//! # assert!(seconds([203, 0, 113, 7].into(), "6125", &Settings::default(), &FakeFacts::default()).unwrap() < 4000);
//! ```
//!
//! # What a plugin can't do
//!
//! There is no clock ([`Request::now`] is the time), no random number, no file, no network, no environment, and nothing is remembered from one
//! call to the next. The same alert, settings and facts must give the same decision, so walk over a `BTreeMap` and not over a `HashMap`.
//! Time, memory and the number of questions are bounded by the host; who exceeds a bound is ended, and the operator is told.
//!
//! A panic ends the decision too. Its message and place are logged by the host; what can be wrong in an alert should be a [`Failure`] or a
//! reason to do nothing instead.
//!
//! # Testing
//!
//! The logic of a plugin is ordinary Rust and is tested with `cargo test`, without a host: [`testing`] has alerts, and facts that say what they are told to.

pub mod address;
#[doc(hidden)]
pub mod bindings;
mod confidence;
mod decision;
mod description;
mod direction;
mod escalation;
mod fact;
mod histories;
mod history;
pub mod log;
mod notes;
mod own_side;
mod plugin;
mod remediation;
pub mod settings;
mod sides;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use self::{
    bindings::quell::plugin::{
        facts::{
            AclEntry, FactError, History, Instance, NetworkAcl, NetworkInterface, Observation, SecurityGroup,
            SecurityGroupRule, Tag,
        },
        types::{
            Abstention, Action, Alert, AlertSource, Block, BlockPlace, Custom, Decision, Description, Direction, End,
            Extension, Failure, Instant, Isolate, PortRange, Proposal, Remediation, Request, RevokeIngress,
            SetInstanceState, SettingsProblem, StateChange,
        },
    },
    confidence::confidence,
    escalation::Escalation,
    fact::Facts,
    histories::Histories,
    notes::Notes,
    own_side::OwnSide,
    plugin::Plugin,
    sides::Sides,
};

#[doc(hidden)]
pub use self::plugin::Exported;

pub use {ipnet, serde_json};

/// The example in the README is compiled too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
