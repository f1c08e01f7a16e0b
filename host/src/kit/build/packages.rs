//! The packages that build a plugin, in its folder.

use std::{fs, path::Path};

/// Whether they are there as the lock file names them: `made`, which is written last, is not older than it.
pub(super) fn are_installed(made: &Path, lock: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    modified(made).is_some_and(|made| modified(lock).is_none_or(|lock| made >= lock))
}
