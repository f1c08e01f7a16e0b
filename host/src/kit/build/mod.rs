//! From a plugin's folder to a component, in each language.
//!
//! What a folder holds says its language. The language's own tools do the work, and what they say of the author's code is shown as they print
//! it; what is missing on this machine is told with the way to get it. Everything that is made lies in the folder's `target/`.

mod built;
mod error;
mod javascript;
mod language;
mod manifest;
mod packages;
mod python;
mod rust;
mod stage;
mod tool;

use std::path::{Path, PathBuf};

pub use self::{built::Built, error::BuildError, language::Language};

/// Builds the plugin in one folder, as often as it is asked to. For JavaScript it keeps its node process, because the second build in one process
/// takes half as long as the first; it ends with the builder.
pub struct Builder {
    folder: PathBuf,
    toolchain: Toolchain,
}

/// What is kept between two builds.
enum Toolchain {
    Rust,
    JavaScript(javascript::Builder),
    Python,
}

impl Builder {
    /// A builder for the plugin in `folder`. Nothing is run yet.
    ///
    /// # Errors
    /// If the folder holds no plugin, or those of several languages.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, BuildError> {
        let folder = folder.into();
        // Tools run in other directories than this process.
        let folder = std::path::absolute(&folder).map_err(|source| BuildError::Io { path: folder, source })?;
        let toolchain = match Language::of(&folder)? {
            Language::Rust => Toolchain::Rust,
            Language::JavaScript => Toolchain::JavaScript(javascript::Builder::default()),
            Language::Python => Toolchain::Python,
        };
        Ok(Self { folder, toolchain })
    }

    /// The language that the plugin is written in.
    pub fn language(&self) -> Language {
        match self.toolchain {
            Toolchain::Rust => Language::Rust,
            Toolchain::JavaScript(_) => Language::JavaScript,
            Toolchain::Python => Language::Python,
        }
    }

    /// The plugin's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Build it. The component is written to `target/NAME.wasm` in the folder, where NAME is the package's.
    ///
    /// Blocks until it is done. What the language's tools say goes to standard error; packages that the plugin's lock file names and that are not
    /// installed are installed first, which is said there too.
    ///
    /// # Errors
    /// See [`BuildError`]; each names its remedy.
    pub fn build(&mut self) -> Result<Built, BuildError> {
        let language = self.language();
        let (name, component) = match &mut self.toolchain {
            Toolchain::Rust => rust::build(&self.folder)?,
            Toolchain::JavaScript(builder) => builder.build(&self.folder)?,
            Toolchain::Python => python::build(&self.folder)?,
        };
        Built::keep(language, &self.folder, &name, &component)
    }
}

/// Whether a path below a plugin's folder is not the author's: what was built, and what package managers install.
pub fn is_made(path: &Path) -> bool {
    const MADE: [&str; 5] = ["target", "node_modules", ".venv", "__pycache__", ".git"];
    path.components()
        .any(|component| MADE.iter().any(|made| component.as_os_str() == *made))
}

/// What takes its time is announced, so that nobody takes it for an endless loop.
fn announce(what: &str) {
    anstream::eprintln!("{what}");
}
