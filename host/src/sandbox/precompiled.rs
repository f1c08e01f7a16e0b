//! Plugins that were compiled for a deployment: `quell plugin compile` makes them, `sandbox.precompiled` names their directory.

use std::{fmt, io, path::PathBuf};

use wasmtime::Engine;

use super::{
    engine,
    limits::Limits,
    native::{self, Check, Compiled, NativeError},
    private::{self, NotPrivate, Owner},
};
use crate::digest::Digest;

/// A CPU that plugins are compiled for, on Linux. The code runs on every machine of its kind: it uses no instruction that some lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Target {
    /// Intel and AMD, 64 bits.
    #[value(name = "x86_64")]
    X86_64,
    /// Arm, 64 bits: AWS Graviton.
    #[value(name = "aarch64")]
    Aarch64,
}

impl Target {
    /// The CPU that this process runs on, if plugins can be compiled for it.
    pub fn here() -> Option<Self> {
        match std::env::consts::ARCH {
            "x86_64" => Some(Self::X86_64),
            "aarch64" => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// wasmtime's name for it.
    pub(super) fn triple(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-gnu",
            Self::Aarch64 => "aarch64-unknown-linux-gnu",
        }
    }

    /// The name of the file for a component.
    pub fn file_name(self, digest: Digest) -> String {
        format!("{digest}.{self}.cwasm")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        })
    }
}

/// A directory of plugins that were compiled for a deployment. It must belong to root or to the user that this process runs as, and nobody else may write
/// there. What is not there or can't be used is compiled: a warning says why.
#[derive(Debug, Clone)]
pub struct Precompiled {
    directory: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum PrecompiledError {
    #[error(transparent)]
    NotPrivate(#[from] NotPrivate),
    #[error(transparent)]
    Native(#[from] NativeError),
}

impl Precompiled {
    /// Those in this directory.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }

    /// Whether the compiled form of the component with this digest is there and its directory safe; why not, if it is not.
    pub fn check(&self, digest: Digest) -> Result<(), String> {
        let target = Target::here().ok_or("nothing is compiled ahead for this CPU")?;
        private::check(&self.directory, Owner::UsOrRoot).map_err(|error| error.to_string())?;
        let name = target.file_name(digest);
        match self.directory.join(&name).is_file() {
            true => Ok(()),
            false => Err(format!("{name} is not there")),
        }
    }

    /// The compiled form of the component with this digest, if it is there and good. Maps the file: neither it nor the component is read.
    pub(super) fn get(&self, engine: &Engine, digest: Digest) -> Option<Compiled> {
        let path = self.directory.join(Target::here()?.file_name(digest));
        let load = || -> Result<_, PrecompiledError> {
            private::check(&self.directory, Owner::UsOrRoot)?;
            Ok(native::load(engine, &path, digest, Owner::UsOrRoot, Check::Length)?)
        };
        load().unwrap_or_else(|error| {
            tracing::warn!(
                path = %path.display(), %error,
                "can't use the plugin that was compiled for this deployment and compile it instead; `quell plugin compile` of this very version \
                 of Quell makes it anew"
            );
            None
        })
    }
}

/// Why a plugin was not compiled for a deployment.
#[derive(Debug, thiserror::Error)]
pub enum PrecompileError {
    /// The compiler does not do it.
    #[error("can't compile for {target}: {reason}")]
    Compile {
        /// For what.
        target: Target,
        /// Why, in wasmtime's words.
        reason: String,
    },
    /// The file can't be written.
    #[error("can't write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Compiles a component for machines with this CPU and writes the file into a directory. Answers with its path. Takes a second for each MiB or so of WebAssembly.
///
/// Whether it is a plugin is not looked at: load it before.
pub fn precompile(
    wasm: &[u8],
    target: Target,
    limits: &Limits,
    directory: &std::path::Path,
) -> Result<PathBuf, PrecompileError> {
    let digest = Digest::of(wasm);
    let code = engine::cross(target, limits).and_then(|engine| engine.precompile_component(wasm));
    let code = code.map_err(|error| PrecompileError::Compile {
        target,
        reason: format!("{error:#}"),
    })?;
    let path = directory.join(target.file_name(digest));
    match native::write(&path, digest, wasm.len(), &code) {
        Ok(()) => Ok(path),
        Err(source) => Err(PrecompileError::Write { path, source }),
    }
}
