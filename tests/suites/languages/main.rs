//! Plugins in JavaScript and Python beside those in Rust: the default plugin's rule decides equally in each
//! language, and what attacks its host is ended and told in its own words.
//!
//! Each component is built and compiled once in a run. `make languages` installs what builds them.

mod contract;
mod evil;
mod locked;
mod rule;
mod typescript;
mod workshop;
