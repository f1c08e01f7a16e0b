//! Why a plugin could not be built.

use std::{io, path::PathBuf, process::ExitStatus};

use crate::TARGET;

/// Why a plugin could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A program could not be started at all.
    #[error("can't run `{program}`; install Rust with rustup and see that it is on PATH")]
    Run {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The toolchain has no standard library for WebAssembly.
    #[error("the Rust target {TARGET} is not installed; run `rustup target add {TARGET}`")]
    NoTarget,
    /// Cargo failed; what it said is on standard error.
    #[error("cargo could not build the plugin in {} ({status}); its messages are above", manifest_dir.display())]
    Compile {
        /// The plugin's directory.
        manifest_dir: PathBuf,
        /// How cargo ended.
        status: ExitStatus,
    },
    /// Cargo succeeded and made no module.
    #[error("the crate in {} makes no WebAssembly module; move the plugin to its src/lib.rs", manifest_dir.display())]
    NoModule {
        /// The plugin's directory.
        manifest_dir: PathBuf,
    },
    /// The module that cargo made can't be read.
    #[error("can't read the module {}", path.display())]
    Read {
        /// The module.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The bytes are not a WebAssembly module.
    #[error("this is not a readable WebAssembly module")]
    Parse(#[source] wasmparser::BinaryReaderError),
    /// The module asks for something that no host gives.
    #[error(
        "the plugin imports {}, and a host gives nothing but `quell:plugin`; remove the dependency that needs it \
         (`cargo tree` shows who brought it)",
        imports.join(", ")
    )]
    ForeignImports {
        /// Each as `module::name`, without repeats.
        imports: Vec<String>,
    },
    /// The module does not export what a plugin is.
    #[error("the crate exports no plugin; add `quell_plugin::export!(YourPlugin);` to its lib.rs")]
    NoPlugin,
    /// The module can't be made a component.
    #[error("the module can't be made a component")]
    Encode(#[source] anyhow::Error),
}
