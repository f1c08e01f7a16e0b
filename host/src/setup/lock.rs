//! One process writes: the daemon, or a command while no daemon runs.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use super::SetupError;

/// Held as long as a process may write to AWS on behalf of a journal. The system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock of a journal, or says that another process has it.
    pub fn take(journal: &Path) -> Result<Self, SetupError> {
        let path = lock_path(journal);
        let lock = |source| SetupError::Lock {
            path: path.clone(),
            source,
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(lock)?;
        }
        let file = File::options().create(true).append(true).open(&path).map_err(lock)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(SetupError::Locked { path }),
            Err(TryLockError::Error(source)) => Err(lock(source)),
        }
    }
}

fn lock_path(journal: &Path) -> PathBuf {
    let mut path = journal.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_processes_never_write_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.sqlite");
        let first = WriterLock::take(&journal).unwrap();
        assert!(matches!(WriterLock::take(&journal), Err(SetupError::Locked { .. })));
        drop(first);
        assert!(WriterLock::take(&journal).is_ok());
    }
}
