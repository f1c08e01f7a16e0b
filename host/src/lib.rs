//! Quell: a remediation host.
//!
//! Alerts come in; sandboxed WebAssembly plugins decide what should be done; the host, which alone holds AWS credentials,
//! checks each decision and carries it out, keeps it for as long as it was asked to, and takes it back. `ARCHITECTURE.md` has
//! the map, in the order of an alert's way.

pub mod address;
pub mod alert;
pub mod builtin;
pub mod bundle;
pub mod checkpoint;
pub mod clock;
pub mod cloud;
pub mod command;
pub mod config;
pub mod converge;
pub mod daemon;
pub mod decision;
pub mod demo;
pub mod digest;
pub mod doctor;
pub mod door;
pub mod duration;
pub mod ends;
pub mod exit;
pub mod fact;
pub mod feedback;
pub mod guard;
pub mod hold;
pub mod json;
pub mod kit;
pub mod metrics;
pub mod never_block;
pub mod operator;
pub mod permission;
pub mod record;
pub mod report;
pub mod roster;
pub mod sandbox;
pub mod secret;
pub mod setup;
pub mod simulated_stealthwatch;
pub mod telemetry;
pub mod text;
pub mod trust;
pub mod way;
