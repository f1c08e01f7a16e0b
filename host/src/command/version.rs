//! `quell version`: what this binary is made of.

use clap::Args;

use super::output::answer;
use crate::{exit::Failure, sandbox::CONTRACT_VERSION};

/// The engine that plugins run in. Compiled plugins are kept per version.
const ENGINE: &str = "wasmtime 48.0.8";

/// Print the version, with the engine's and the plugin contract's.
#[derive(Debug, Clone, Args)]
pub struct Version {}

impl Version {
    /// Prints it.
    pub fn run(self) -> Result<(), Failure> {
        answer(format!("quell {}", details()))
    }
}

/// The version and what belongs to it, a line each.
pub(super) fn details() -> String {
    let features = if cfg!(feature = "aws") {
        "aws"
    } else {
        "none (no real AWS, no Lambda)"
    };
    format!(
        "{}\nengine    {ENGINE}\ncontract  quell:plugin@{CONTRACT_VERSION}\nfeatures  {features}",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_the_one_that_is_locked() {
        let lock: toml::Table = toml::from_str(include_str!("../../../Cargo.lock")).unwrap();
        let packages = lock["package"].as_array().unwrap();
        let wasmtime = packages
            .iter()
            .find(|package| package["name"].as_str() == Some("wasmtime"))
            .unwrap();
        assert_eq!(ENGINE, format!("wasmtime {}", wasmtime["version"].as_str().unwrap()));
    }
}
