//! Files and directories that only the right people can write: what is in them is run.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::Path,
};

/// Permission for the group or for all others to write.
const OTHERS_WRITE: u32 = 0o022;

/// The superuser, who can put native code anywhere anyway.
const ROOT: u32 = 0;

/// Who may own native code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user that this process runs as.
    Us,
    /// That user, or root, who installed it.
    UsOrRoot,
}

/// Why it is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotPrivate {
    #[error("it is not a directory")]
    NotADirectory,
    #[error("it belongs to user {owner}, not to user {us}, who could have put native code there")]
    NotOurs { owner: u32, us: u32 },
    #[error("others may write there (mode {mode:o}), who could have put native code there; `chmod go-w` it")]
    Writable { mode: u32 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Checks that nobody but its owner can put anything into a directory, and that the owner is one of ours.
pub(super) fn check(directory: &Path, allowed: Owner) -> Result<(), NotPrivate> {
    // Not following a link: whoever can place one could place it elsewhere next time.
    let metadata = fs::symlink_metadata(directory)?;
    if !metadata.is_dir() {
        return Err(NotPrivate::NotADirectory);
    }
    check_metadata(&metadata, allowed)
}

/// Checks that nobody but its owner can write an open file in place, and that the owner is one of ours.
pub(super) fn check_file(file: &File, allowed: Owner) -> Result<(), NotPrivate> {
    check_metadata(&file.metadata()?, allowed)
}

fn check_metadata(metadata: &Metadata, allowed: Owner) -> Result<(), NotPrivate> {
    let us = rustix::process::geteuid().as_raw();
    let owner = metadata.uid();
    if owner != us && !(allowed == Owner::UsOrRoot && owner == ROOT) {
        return Err(NotPrivate::NotOurs { owner, us });
    }
    if metadata.mode() & OTHERS_WRITE != 0 {
        return Err(NotPrivate::Writable {
            mode: metadata.mode() & 0o7777,
        });
    }
    Ok(())
}
