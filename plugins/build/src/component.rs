//! A module becomes a component, if it keeps to the contract.

use std::collections::BTreeSet;

use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

use crate::BuildError;

/// How the names of all that the contract has begin, in imports and exports.
const CONTRACT: &str = "quell:plugin/";

/// Make a component of a core module that was compiled with the SDK.
///
/// # Errors
/// If the module imports anything but the contract, exports no plugin, or is not valid.
pub fn from_module(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let surface = Surface::of(module).map_err(BuildError::Parse)?;
    if !surface.foreign_imports.is_empty() {
        return Err(BuildError::ForeignImports {
            imports: surface.foreign_imports.into_iter().collect(),
        });
    }
    if !surface.exports_plugin {
        return Err(BuildError::NoPlugin);
    }
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .map_err(BuildError::Encode)
}

/// What a module shows to the outside, as far as the contract is concerned.
///
/// Read from the module and not from the finished component: an import without an interface in the module's metadata makes
/// the encoder fail first, with a message that only its own authors understand.
#[derive(Default)]
struct Surface {
    foreign_imports: BTreeSet<String>,
    exports_plugin: bool,
}

impl Surface {
    fn of(module: &[u8]) -> Result<Self, wasmparser::BinaryReaderError> {
        let mut surface = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if !import.module.starts_with(CONTRACT) {
                            surface
                                .foreign_imports
                                .insert(format!("`{}::{}`", import.module, import.name));
                        }
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        surface.exports_plugin |= export?.name.starts_with(CONTRACT);
                    }
                }
                _ => {}
            }
        }
        Ok(surface)
    }
}
