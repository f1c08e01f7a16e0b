//! Writing a recording to a file.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{Recording, SUFFIX};
use crate::alert::Detector;

/// A recording that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the recording can't be written to {path}: check that its folder is there and that this user may write to it")]
pub struct SaveError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl SaveError {
    pub(super) fn new(path: &Path, source: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            source,
        }
    }
}

/// How many characters of an alert's id a file's name has.
const ID_LENGTH: usize = 64;

impl Recording {
    /// Writes it to a file, whole or not at all; what was there before is replaced. Into a folder it goes under [`Self::file_name`]. Answers with the file.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save(&self, path: &Path) -> Result<PathBuf, SaveError> {
        let path = if path.is_dir() {
            path.join(self.file_name())
        } else {
            path.to_owned()
        };
        write_whole(&path, self.to_text().as_bytes()).map_err(|source| SaveError::new(&path, source))?;
        Ok(path)
    }

    /// A name for its file. Names sort by time, and whatever the alert's id is, the name stays one name in one folder.
    pub fn file_name(&self) -> String {
        let id = self
            .alert
            .decode()
            .map_or_else(|_| "unread".to_owned(), |alert| alert.id);
        file_name(self.now, self.alert.detector, &id)
    }
}

fn file_name(now: Timestamp, detector: Detector, id: &str) -> String {
    let is_plain = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    let plain = |character: char| if is_plain(&character) { character } else { '_' };
    let id: String = id.chars().take(ID_LENGTH).map(plain).collect();
    format!("{}-{detector}-{id}{SUFFIX}", now.strftime("%Y%m%dT%H%M%S.%3fZ"))
}

/// Writes a file under another name first, so that nobody ever reads half of it.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".recording-");
    // A recording tells as much as the alert does: it is for the group at most.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o640));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_sorts_by_time_and_leads_to_no_other_folder() {
        let name = |time: &str, id: &str| file_name(time.parse().unwrap(), Detector::StealthwatchCloud, id);
        let evil = name("2026-03-01T12:00:00Z", "../../etc/\u{0}cron.d/x");
        assert_eq!(
            evil,
            "20260301T120000.000Z-stealthwatch-cloud-______etc__cron_d_x.recording.json"
        );
        assert!(evil < name("2026-03-01T12:00:00.001Z", "a"));
        assert!(name("2026-03-01T12:00:00Z", &"x".repeat(5000)).len() < 200);
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one");
        write_whole(&path, b"first and long").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let error = SaveError::new(Path::new("x/one"), write_whole(&path.join("below"), b"").unwrap_err());
        insta::assert_snapshot!(error, @"the recording can't be written to x/one: check that its folder is there and that this user may write to it");
    }
}
