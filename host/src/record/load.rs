//! Loading recordings: from a file, a folder or a journal.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{ReadError, Recording, load_journal};
use crate::hold::{JournalError, SqliteJournal};

/// How the name of a recording's file ends.
pub const SUFFIX: &str = ".recording.json";

/// A recording, and where it is.
#[derive(Debug)]
pub struct Loaded {
    /// Its file's name without [`SUFFIX`], or its delivery's id.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// The recording, or what is wrong with the file. A file that is wrong does not keep the others from being used.
    pub recording: Result<Recording, ReadError>,
}

/// Why nothing could be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file or folder can't be read.
    #[error("can't read recordings from {path}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: io::Error,
    },
    /// The journal can't be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A folder without recordings.
    #[error("there is no recording (`*{SUFFIX}`) in {path}: write one with `quell explain ALERT --record FILE`")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

/// How an SQLite file begins, and so a journal.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Loads the recordings of a journal that were received since a time, oldest first; or else as [`load`] does, whatever their time is.
///
/// # Errors
/// As [`load`], or if the journal can't be read.
pub async fn load_any(path: &Path, since: Option<Timestamp>) -> Result<Vec<Loaded>, LoadError> {
    if is_journal(path) {
        let journal = SqliteJournal::open_to_read(path)?;
        return Ok(load_journal(&journal, since).await?);
    }
    load(path)
}

fn is_journal(path: &Path) -> bool {
    let mut start = [0; SQLITE.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == SQLITE
}

/// Loads the recording that is this file, or all that are in this folder, by name.
///
/// # Errors
/// If there is nothing, or it can't be read. A file that is no recording is told in its [`Loaded`].
pub fn load(path: &Path) -> Result<Vec<Loaded>, LoadError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |source| LoadError::Unreadable { path, source }
    };
    let mut files = vec![path.to_owned()];
    if path.is_dir() {
        files.clear();
        for entry in fs::read_dir(path).map_err(unreadable(path))? {
            let file = entry.map_err(unreadable(path))?.path();
            if file.to_string_lossy().ends_with(SUFFIX) {
                files.push(file);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(LoadError::Empty { path: path.to_owned() });
        }
    }
    let load = |file: PathBuf| {
        let bytes = fs::read(&file).map_err(unreadable(&file))?;
        Ok(Loaded {
            name: name(&file),
            recording: Recording::read(&bytes),
            path: file,
        })
    };
    files.into_iter().map(load).collect()
}

fn name(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name
        .strip_suffix(SUFFIX)
        .or_else(|| name.strip_suffix(".json"))
        .unwrap_or(&name);
    name.to_owned()
}
