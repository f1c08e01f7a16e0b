//! The stamp: what the file system says of files, to tell cheaply whether one may hold something else.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What the file system says of some files, links followed: a directory behind a link that is exchanged, as Kubernetes does it, gives another stamp.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<Option<Of>>);

/// What it says of one. The file's number tells one that was renamed into its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Of {
    number: u64,
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// The stamp of these files now.
    pub(super) fn of(files: &[PathBuf]) -> Self {
        Self(files.iter().map(|file| of(file)).collect())
    }
}

fn of(file: &Path) -> Option<Of> {
    let metadata = fs::metadata(file).ok()?;
    Some(Of {
        number: number(&metadata),
        length: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> u64 {
    0
}
