//! A component, seen from outside.

use serde::Serialize;
use wasmtime::{Engine, component::Component};

use super::contract;

/// What a plugin's component is, without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inspection {
    /// The version of the contract that it was built for.
    pub contract: String,
    /// The interfaces that it imports, with their versions.
    pub imports: Vec<String>,
    /// The interfaces that it exports, with their versions.
    pub exports: Vec<String>,
    /// The size of its WebAssembly, in bytes.
    pub size_bytes: usize,
}

impl Inspection {
    pub(super) fn of(engine: &Engine, component: &Component, size_bytes: usize) -> Self {
        let component = component.component_type();
        let exports: Vec<_> = component.exports(engine).map(|(name, _)| name.to_owned()).collect();
        Self {
            contract: contract::version(exports.iter().map(String::as_str))
                .unwrap_or_default()
                .to_owned(),
            imports: component.imports(engine).map(|(name, _)| name.to_owned()).collect(),
            exports,
            size_bytes,
        }
    }
}
