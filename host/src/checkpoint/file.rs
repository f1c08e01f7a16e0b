//! Checkpoints in a file, a line each.

use std::{
    fs::OpenOptions,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Shelf, ShelfError};
use crate::hold::ledger::Checkpoint;

/// How much of the file's end is read to find its last line: a checkpoint of some thousand chains.
const MOST_OF_A_LINE: u64 = 1024 * 1024;

/// A file that is only ever made longer.
#[derive(Debug)]
pub struct CheckpointFile {
    path: PathBuf,
}

impl CheckpointFile {
    /// The file at a path, which is made with the first checkpoint.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl Shelf for CheckpointFile {
    async fn newest(&self) -> Option<Timestamp> {
        let path = self.path.clone();
        let last = tokio::task::spawn_blocking(move || last_line(&path))
            .await
            .ok()?
            .ok()??;
        Checkpoint::read(&last, None).ok().map(|checkpoint| checkpoint.at)
    }

    async fn put(&self, _: Timestamp, line: &str) -> Result<(), ShelfError> {
        let (path, line) = (self.path.clone(), format!("{line}\n"));
        let added = tokio::task::spawn_blocking(move || add(&path, &line)).await;
        let added = added.unwrap_or_else(|error| Err(io::Error::other(error)));
        added.map_err(|source| ShelfError::File {
            place: self.path.display().to_string(),
            source,
        })
    }
}

/// Adds a line, and is not done before it is on the disk.
fn add(path: &Path, line: &str) -> io::Result<()> {
    // Who may not read the file can't tell, and adds all the same.
    let end = if is_torn(path).unwrap_or(false) { "\n" } else { "" };
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    // One write: a line is there whole or, after a power cut, as a torn last line that is no checkpoint.
    file.write_all(format!("{end}{line}").as_bytes())?;
    file.sync_all()
}

/// Whether the last line has no end. What is added to it would be no checkpoint either.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = std::fs::File::open(path)?;
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

fn last_line(path: &Path) -> io::Result<Option<String>> {
    let mut file = match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MOST_OF_A_LINE)))?;
    let mut end = Vec::new();
    file.take(MOST_OF_A_LINE).read_to_end(&mut end)?;
    let end = String::from_utf8_lossy(&end);
    Ok(end.lines().next_back().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_behind_one_that_a_power_cut_tore_is_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints.ndjson");
        add(&path, "first\n").unwrap();
        std::fs::write(&path, "first\nsec").unwrap();
        add(&path, "third\n").unwrap();
        add(&path, "fourth\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first\nsec\nthird\nfourth\n");
        assert_eq!(last_line(&path).unwrap().as_deref(), Some("fourth"));
    }
}
