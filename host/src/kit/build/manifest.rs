//! The file in a plugin's folder that names the plugin: `package.json`, `pyproject.toml`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{BuildError, Language};

/// What the file says.
pub(super) struct Manifest {
    path: PathBuf,
    pub(super) text: String,
}

impl Manifest {
    /// Reads that of this language.
    pub(super) fn read(folder: &Path, language: Language) -> Result<Self, BuildError> {
        let path = folder.join(language.manifest());
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self { path, text }),
            Err(source) => Err(BuildError::Io { path, source }),
        }
    }

    /// That something is wrong with it. The problem goes on after the file's name.
    pub(super) fn wrong(&self, problem: String) -> BuildError {
        BuildError::Manifest {
            path: self.path.clone(),
            problem,
        }
    }
}
