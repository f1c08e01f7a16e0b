//! A list in a file on this machine.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use async_trait::async_trait;

use super::source::{Fetched, Source, SourceError};

/// The most bytes of a list. Amazon's `ip-ranges.json` has two million.
pub(super) const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// A file.
#[derive(Debug, Clone)]
pub struct FileSource {
    path: PathBuf,
}

impl FileSource {
    /// The file at a path.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }
}

#[async_trait]
impl Source for FileSource {
    fn is_near(&self) -> bool {
        true
    }

    async fn fetch(&self, known: Option<&str>) -> Result<Fetched, SourceError> {
        let (path, known) = (self.path.clone(), known.map(str::to_owned));
        let read = tokio::task::spawn_blocking(move || read(&path, known.as_deref()));
        let read = read.await.map_err(|error| SourceError(error.to_string()))?;
        read.map_err(|error| SourceError(error.to_string()))
    }
}

fn read(path: &Path, known: Option<&str>) -> io::Result<Fetched> {
    let metadata = fs::metadata(path)?;
    // To read a pipe would wait for whoever writes to it.
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mark = mark(&metadata);
    if mark.is_some() && mark.as_deref() == known {
        return Ok(Fetched::Unchanged);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("it has more than {MOST_BYTES} bytes")));
    }
    Ok(Fetched::Text { bytes, mark })
}

/// What the file system says of it. None if it was written just now: what is written within the same tick of the clock would not show.
fn mark(metadata: &fs::Metadata) -> Option<String> {
    let modified = metadata.modified().ok()?;
    let is_fresh = modified.elapsed().map_or(true, |age| age.as_secs() < 2);
    let modified = modified.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    (!is_fresh).then(|| format!("{} {modified} {}", metadata.len(), number(metadata)))
}

#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> u64 {
    0
}
