//! The inputs that a body begins with: real ones, and those by which something was found.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where `kind`, `seeds` or `found`, of a body lie.
fn folder(kind: &str, body: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(kind).join(body)
}

/// The real inputs of a body, by their files.
///
/// # Errors
/// If they can't be read.
pub fn seeds(body: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    read(&folder("seeds", body))
}

/// The inputs by which something was found that a body says, by their files, which are named for it.
///
/// # Errors
/// If they can't be read.
pub fn found(body: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    read(&folder("found", body))
}

/// All files below a folder, by name; none if it is not there.
fn read(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut paths: Vec<_> = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(read(&path)?);
        } else {
            let bytes = fs::read(&path)?;
            files.push((path, bytes));
        }
    }
    Ok(files)
}
