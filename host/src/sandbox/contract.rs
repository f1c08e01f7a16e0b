//! Checks that a component imports nothing but the contract, and exports it.

use wasmtime::{Engine, component::Component};

/// The version of the contract that this host speaks; the one in `wit/`.
pub const VERSION: &str = "0.1.0";

/// The contract's package.
const PACKAGE: &str = "quell:plugin/";

/// The exported interface.
const DECIDER: &str = "quell:plugin/decider";

/// The imported interfaces. `types` is imported by name only: there is nothing in it to call.
const IMPORTS: &[&str] = &["quell:plugin/facts", "quell:plugin/log", "quell:plugin/types"];

/// What a component has that the contract has not, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It imports something foreign.
    #[error("imports `{import}`, and a plugin has nothing but facts and a log: {remedy}")]
    ForeignImport {
        /// The import's name.
        import: String,
        /// What to do about it.
        remedy: &'static str,
    },
    /// It is built for another version of the contract.
    #[error(
        "is built for version {has} of the contract (`{name}`), and this host speaks {VERSION}: build it with the SDK of that version, or \
         take a newer host"
    )]
    Version {
        /// The import's or export's name.
        name: String,
        /// Its version.
        has: String,
    },
    /// It is no plugin.
    #[error(
        "exports no `{DECIDER}`, so it is no plugin of Quell: see that it has `quell_plugin::export!(…)`, or targets the world `quell:plugin/plugin`"
    )]
    NoDecider,
    /// An interface has the right name and the wrong content.
    #[error(
        "does not fit version {VERSION} of the contract: {reason}; take a newer host if it is built for a newer version, or else build it with \
         the released SDK or WIT files"
    )]
    Types {
        /// What does not fit, in wasmtime's words.
        reason: String,
    },
}

/// What kind of bytes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Component,
    CoreModule,
    Other,
}

/// Reads the first eight bytes: the magic number, then the version and the layer.
pub(super) fn encoding(wasm: &[u8]) -> Encoding {
    match wasm.get(..8) {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Encoding::Component,
        Some([0, b'a', b's', b'm', _, _, 0, 0]) => Encoding::CoreModule,
        _ => Encoding::Other,
    }
}

/// Checks the names of all imports, then that of the export.
pub(super) fn check(engine: &Engine, component: &Component) -> Result<(), Mismatch> {
    let component = component.component_type();
    for (name, _) in component.imports(engine) {
        check_import(name)?;
    }
    for (name, _) in component.exports(engine) {
        let (interface, version) = split(name);
        if interface == DECIDER {
            return check_version(name, version);
        }
    }
    Err(Mismatch::NoDecider)
}

fn check_import(name: &str) -> Result<(), Mismatch> {
    let (interface, version) = split(name);
    if IMPORTS.contains(&interface) {
        return check_version(name, version);
    }
    Err(Mismatch::ForeignImport {
        import: super::text::shown(name, 200),
        remedy: remedy(interface),
    })
}

fn remedy(interface: &str) -> &'static str {
    if interface.starts_with("wasi:") {
        "build it for `wasm32-unknown-unknown` (`quell plugin build` does), or switch its toolchain's WASI off or stub it"
    } else if interface.starts_with(PACKAGE) {
        "this host's contract has no such interface; take a newer host"
    } else {
        "remove what needs it"
    }
}

/// The version of the contract that a component exports the plugin's interface in.
pub(super) fn version<'a>(exports: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut exports = exports.into_iter().map(split);
    exports
        .find(|(interface, _)| *interface == DECIDER)
        .map(|(_, version)| version)
}

/// `quell:plugin/log` and `0.1.0` of `quell:plugin/log@0.1.0`.
fn split(name: &str) -> (&str, &str) {
    name.split_once('@').unwrap_or((name, ""))
}

/// Within 0.1 versions fit: a plugin of a newer one may need an import that is not there, but then it is the import that is named.
fn check_version(name: &str, version: &str) -> Result<(), Mismatch> {
    let line = |version: &str| {
        let mut numbers = version.split('.');
        (numbers.next().map(str::to_owned), numbers.next().map(str::to_owned))
    };
    if line(version) == line(VERSION) {
        return Ok(());
    }
    Err(Mismatch::Version {
        name: super::text::shown(name, 200),
        has: super::text::shown(if version.is_empty() { "none" } else { version }, 40),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_wit_files() {
        let wit = include_str!("../../../wit/world.wit");
        assert!(wit.starts_with(&format!("package quell:plugin@{VERSION};")));
    }

    #[test]
    fn a_foreign_import_is_named_with_its_remedy() {
        insta::assert_snapshot!(
            check_import("wasi:cli/environment@0.2.3").unwrap_err(),
            @"imports `wasi:cli/environment@0.2.3`, and a plugin has nothing but facts and a log: build it for `wasm32-unknown-unknown` (`quell plugin build` does), or switch its toolchain's WASI off or stub it"
        );
        insta::assert_snapshot!(
            check_import("acme:db/query").unwrap_err(),
            @"imports `acme:db/query`, and a plugin has nothing but facts and a log: remove what needs it"
        );
    }

    #[test]
    fn another_version_of_the_contract_is_named_with_the_one_that_is_needed() {
        assert_eq!(check_import("quell:plugin/log@0.1.7"), Ok(()));
        insta::assert_snapshot!(
            check_import("quell:plugin/log@0.2.0").unwrap_err(),
            @"is built for version 0.2.0 of the contract (`quell:plugin/log@0.2.0`), and this host speaks 0.1.0: build it with the SDK of that version, or take a newer host"
        );
    }
}
