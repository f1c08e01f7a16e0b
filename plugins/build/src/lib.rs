//! Builds a Quell plugin from its source: cargo compiles the crate to a WebAssembly module, and the module becomes a component.
//!
//! Used by build scripts (the host embeds its own plugins, the end-to-end suites their guests) and by `quell plugin build`:
//!
//! ```no_run
//! # fn main() -> Result<(), quell_plugin_build::BuildError> {
//! let component = quell_plugin_build::PluginCrate::new("plugins/nacl-block", "target/plugins").build()?;
//! std::fs::write("nacl-block.wasm", component).unwrap();
//! # Ok(()) }
//! ```
//!
//! The target is `wasm32-unknown-unknown`, so that the component imports nothing but the contract: no WASI, hence no files,
//! no network, no clock and no random numbers. The same source, toolchain and lock file give the same bytes, wherever they are built.

mod cargo;
mod component;
mod environment;
mod error;

use std::path::{Path, PathBuf};

pub use self::{component::from_module, error::BuildError};

/// What every plugin is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Where the build scripts of a workspace build plugins: one directory beside the scripts' own, so that what plugins share is built once, and not again for
/// each script and each set of features. Cargo's own lock keeps two of them from building in it at once.
///
/// `out` is a build script's `OUT_DIR`.
pub fn beside(out: &Path) -> PathBuf {
    // `build/NAME-HASH/out`, as cargo has it.
    let scripts = out.ancestors().nth(2).filter(|folder| folder.ends_with("build"));
    scripts.unwrap_or(out).join("plugins")
}

/// A plugin's crate, to be built.
#[derive(Debug, Clone)]
pub struct PluginCrate {
    manifest_dir: PathBuf,
    target_dir: PathBuf,
    locked: bool,
}

impl PluginCrate {
    /// The crate in `manifest_dir`, built in `target_dir`.
    ///
    /// A build script gives [`beside`] its `OUT_DIR`: the target directory of the cargo that runs it is locked until it ends.
    pub fn new(manifest_dir: impl Into<PathBuf>, target_dir: impl Into<PathBuf>) -> Self {
        Self {
            manifest_dir: manifest_dir.into(),
            target_dir: target_dir.into(),
            locked: true,
        }
    }

    /// Let cargo write `Cargo.lock`. Without this a lock file that is missing or out of date is an error, as it must be where the
    /// build is to be repeatable.
    #[must_use]
    pub fn unlocked(mut self) -> Self {
        self.locked = false;
        self
    }

    /// Compile the crate and return the component's bytes.
    ///
    /// Cargo's own output goes to standard error. When nothing changed this takes as long as cargo takes to see that.
    ///
    /// # Errors
    /// See [`BuildError`]; each names its remedy.
    pub fn build(&self) -> Result<Vec<u8>, BuildError> {
        let module = cargo::build(self)?;
        let bytes = std::fs::read(&module).map_err(|source| BuildError::Read { path: module, source })?;
        from_module(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_build_scripts_build_plugins_in_one_place() {
        for script in ["quell-0a1b", "quell-2c3d", "quell-tests-4e5f"] {
            let out = Path::new("target/debug/build").join(script).join("out");
            assert_eq!(beside(&out), Path::new("target/debug/build/plugins"));
        }
    }

    #[test]
    fn in_a_folder_that_cargo_has_elsewhere_each_script_has_its_own() {
        assert_eq!(beside(Path::new("elsewhere/out")), Path::new("elsewhere/out/plugins"));
    }
}
