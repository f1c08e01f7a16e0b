//! A component that was built.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{BuildError, Language};
use crate::digest::Digest;

/// A component that was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Built {
    /// The language that it was written in.
    pub language: Language,
    /// Where it is.
    pub component: PathBuf,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its digest, for the configuration.
    pub digest: Digest,
}

impl Built {
    /// Write a component to its place in the plugin's folder.
    pub(super) fn keep(language: Language, folder: &Path, name: &str, component: &[u8]) -> Result<Self, BuildError> {
        let path = folder.join("target").join(format!("{name}.wasm"));
        let io = |source| BuildError::Io {
            path: path.clone(),
            source,
        };
        fs::create_dir_all(folder.join("target")).map_err(io)?;
        // Under a name of its own first: a daemon that watches the file must never read half of it.
        let unfinished = path.with_extension("wasm.new");
        fs::write(&unfinished, component)
            .and_then(|()| fs::rename(&unfinished, &path))
            .map_err(io)?;
        Ok(Self {
            language,
            bytes: component.len(),
            digest: Digest::of(component),
            component: path,
        })
    }
}
