//! A module becomes a component, if it keeps to the contract.

use std::collections::BTreeSet;

use wasmparser::{BinaryReaderError, Parser, Payload};
use wit_component::{ComponentEncoder, DecodedWasm, decode};

use crate::BuildError;

/// How the names of all that the contract has begin.
const CONTRACT: &str = "quell:plugin/";

/// How the name of what a plugin exports begins, before the version.
const DECIDER: &str = "quell:plugin/decider@";

/// Make a component of a core module that was compiled with the SDK.
///
/// # Errors
/// If the module imports anything but the contract, exports no plugin, or is not valid.
pub fn from_module(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let foreign = foreign_imports(module).map_err(BuildError::Parse)?;
    if !foreign.is_empty() {
        return Err(BuildError::ForeignImports {
            imports: foreign.into_iter().collect(),
        });
    }
    let component = ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(BuildError::Encode)?;
    if exports_plugin(&component).map_err(BuildError::Encode)? {
        Ok(component)
    } else {
        Err(BuildError::NoPlugin)
    }
}

/// The imports that no host gives. Read from the module and not from the component: where the module's metadata lacks them
/// the encoder fails, with a message that only its own authors understand.
fn foreign_imports(module: &[u8]) -> Result<BTreeSet<String>, BinaryReaderError> {
    let mut foreign = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                let import = import?;
                if !import.module.starts_with(CONTRACT) {
                    foreign.insert(format!("`{}::{}`", import.module, import.name));
                }
            }
        }
    }
    Ok(foreign)
}

/// Whether a host would find a plugin in it. Read from the component and not from the module: of a module without metadata
/// the encoder makes a valid component that exports nothing.
fn exports_plugin(component: &[u8]) -> anyhow::Result<bool> {
    let DecodedWasm::Component(resolve, world) = decode(component)? else {
        return Ok(false);
    };
    let mut exports = resolve.worlds[world].exports.keys();
    Ok(exports.any(|key| resolve.name_world_key(key).starts_with(DECIDER)))
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Module,
        TypeSection,
    };

    use super::*;

    /// A module that imports these functions and exports one of its own under this name.
    fn module(imports: &[(&str, &str)], export: &str) -> Vec<u8> {
        let (mut types, mut import_section, mut functions) =
            (TypeSection::new(), ImportSection::new(), FunctionSection::new());
        types.ty().function([], []);
        for (module, name) in imports {
            import_section.import(module, name, EntityType::Function(0));
        }
        functions.function(0);
        let (mut exports, mut code) = (ExportSection::new(), CodeSection::new());
        exports.export(export, ExportKind::Func, imports.len() as u32);
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);

        let mut module = Module::new();
        module
            .section(&types)
            .section(&import_section)
            .section(&functions)
            .section(&exports)
            .section(&code);
        module.finish()
    }

    fn refusal(module: &[u8]) -> String {
        from_module(module).unwrap_err().to_string()
    }

    #[test]
    fn a_plugin_that_wants_the_clock_or_javascript_is_refused_and_told_what_it_imports() {
        let wasi = ("wasi_snapshot_preview1", "clock_time_get");
        let browser = ("__wbindgen_placeholder__", "__wbindgen_throw");
        let contract = ("quell:plugin/log@0.1.0", "write");
        let module = module(&[wasi, contract, browser, wasi], "quell:plugin/decider@0.1.0#decide");
        insta::assert_snapshot!(refusal(&module), @"the plugin imports `__wbindgen_placeholder__::__wbindgen_throw`, `wasi_snapshot_preview1::clock_time_get`, and a host gives nothing but `quell:plugin`; remove the dependency that needs it (`cargo tree` shows who brought it)");
    }

    #[test]
    fn a_crate_without_the_export_macro_is_told_to_use_it() {
        insta::assert_snapshot!(
            refusal(&module(&[], "main")),
            @"the crate exports no plugin; add `quell_plugin::export!(YourPlugin);` to its lib.rs"
        );
    }

    #[test]
    fn what_is_no_module_is_refused() {
        insta::assert_snapshot!(refusal(b"fn main() {}"), @"this is not a readable WebAssembly module");
    }

    #[test]
    fn a_module_that_only_looks_like_a_plugin_is_refused() {
        let error = from_module(&module(&[], "quell:plugin/decider@0.1.0#decide")).unwrap_err();
        assert!(matches!(error, BuildError::NoPlugin), "{error:?}");
    }
}
