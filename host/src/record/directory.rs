//! A directory of recordings, with a bound.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{Recording, SUFFIX, SaveError, save::write_whole};

/// Keeps the newest recordings, one file each.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    most_files: usize,
    most_bytes: u64,
    /// One writes at a time: who looks for the oldest must not count on what another takes away.
    writing: Mutex<()>,
}

/// How many alerts of one detector may have the same id and the same millisecond.
const SAME_NAME: usize = 100;

impl Directory {
    /// At most so many files, and so many bytes in all of them together. The newest is kept in any case.
    pub fn new(path: PathBuf, most_files: usize, most_bytes: u64) -> Self {
        Self {
            path,
            most_files,
            most_bytes,
            writing: Mutex::default(),
        }
    }

    /// Keeps all.
    pub fn without_bound(path: PathBuf) -> Self {
        Self::new(path, usize::MAX, u64::MAX)
    }

    /// Writes a recording to a file of its own and takes away the oldest if there are too many. Makes the directory if it is not there.
    ///
    /// # Errors
    /// If it can't be written. That an old one can't be taken away is told in the log.
    pub fn keep(&self, recording: &Recording) -> Result<PathBuf, SaveError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        fs::create_dir_all(&self.path).map_err(|source| SaveError::new(&self.path, source))?;
        let path = self.free_path(&recording.file_name());
        write_whole(&path, recording.to_text().as_bytes()).map_err(|source| SaveError::new(&path, source))?;
        if let Err(error) = self.make_room() {
            tracing::warn!(directory = %self.path.display(), "old recordings can't be taken away: {error}");
        }
        Ok(path)
    }

    fn free_path(&self, name: &str) -> PathBuf {
        let stem = name.strip_suffix(SUFFIX).unwrap_or(name);
        let path = |number: usize| match number {
            1 => self.path.join(name),
            number => self.path.join(format!("{stem}_{number}{SUFFIX}")),
        };
        (1..SAME_NAME)
            .map(path)
            .find(|path| !path.exists())
            .unwrap_or_else(|| path(SAME_NAME))
    }

    /// Takes away the oldest, which is the first by name.
    fn make_room(&self) -> io::Result<()> {
        let mut files = recordings_in(&self.path)?;
        // Newest first: they are kept until one is too many.
        files.sort_by(|(one, _), (other, _)| other.cmp(one));
        let mut bytes = 0;
        for (at, (path, size)) in files.iter().enumerate() {
            bytes += size;
            if at > 0 && (at >= self.most_files || bytes > self.most_bytes) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The recordings in a directory with their sizes in bytes. What has another name is somebody else's.
fn recordings_in(directory: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(SUFFIX) {
            files.push((entry.path(), entry.metadata()?.len()));
        }
    }
    Ok(files)
}
