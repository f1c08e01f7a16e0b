//! `manifest.json`: what is in the package, so that whoever has it can see that it is what was built.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{bootstrap::Architecture, entry::Entry};
use crate::digest::Digest;

/// What is in the package, but for the manifest itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Manifest {
    /// The version of Quell that made it, and that its compiled plugins are for.
    quell: &'static str,
    /// The architecture of the function.
    architecture: String,
    /// By their paths.
    files: BTreeMap<String, Listed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Listed {
    bytes: usize,
    sha256: Digest,
}

impl Manifest {
    pub(super) fn of(files: &BTreeMap<String, Entry>, architecture: Architecture) -> Self {
        let listed = files.iter().map(|(path, file)| {
            let listed = Listed {
                bytes: file.bytes().len(),
                sha256: file.digest(),
            };
            (path.clone(), listed)
        });
        Self {
            quell: env!("CARGO_PKG_VERSION"),
            architecture: architecture.to_string(),
            files: listed.collect(),
        }
    }
}
