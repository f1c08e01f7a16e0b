//! Which files of a folder rest.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::format::Format;

/// The most files that are looked at in one look. The others have their turn when these are gone.
const MOST: usize = 10_000;

/// What tells a file that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    changed: Option<SystemTime>,
    /// When anything of it was changed, also who may read it: seconds and nanoseconds.
    touched: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            bytes: metadata.len(),
            changed: metadata.modified().ok(),
            touched: touched(metadata),
        }
    }

    /// That of a file as it is now. None if it can't be looked at.
    pub(super) fn now(path: &Path) -> Option<Self> {
        Some(Self::of(&fs::symlink_metadata(path).ok()?))
    }
}

#[cfg(unix)]
fn touched(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn touched(_: &Metadata) -> (i64, i64) {
    (0, 0)
}

/// The files that a door reads, as they are at a moment, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Look(BTreeMap<PathBuf, Stamp>);

impl Look {
    /// Looks at the files of a folder whose names say a format. Folders in it, links and everything else are left alone.
    pub(super) fn at(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if Format::of(&entry.file_name().to_string_lossy()).is_none() {
                continue;
            }
            // It may be gone again.
            let Ok(metadata) = fs::symlink_metadata(entry.path()) else {
                continue;
            };
            if metadata.is_file() {
                files.insert(entry.path(), Stamp::of(&metadata));
            }
            if files.len() >= MOST {
                break;
            }
        }
        Ok(Self(files))
    }

    /// How many files there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// What was seen at the look before, and which files had their turn as they are.
#[derive(Debug, Default)]
pub(super) struct Resting {
    before: Look,
    had_their_turn: BTreeMap<PathBuf, Stamp>,
}

impl Resting {
    /// The files that are as they were at the look before, and how that is. Each comes once for as long as it stays so.
    pub(super) fn of(&mut self, look: Look) -> Vec<(PathBuf, Stamp)> {
        self.had_their_turn
            .retain(|file, stamp| look.0.get(file) == Some(stamp));
        let before = std::mem::replace(&mut self.before, look);
        let rest = self
            .before
            .0
            .iter()
            .filter(|(file, stamp)| before.0.get(*file) == Some(stamp));
        let new: Vec<_> = rest
            .filter(|(file, _)| !self.had_their_turn.contains_key(*file))
            .map(|(file, stamp)| (file.clone(), *stamp))
            .collect();
        self.had_their_turn.extend(new.iter().cloned());
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(files: &[(&str, u64)]) -> Look {
        let stamp = |bytes| Stamp {
            bytes,
            changed: None,
            touched: (0, 0),
        };
        Look(
            files
                .iter()
                .map(|(file, bytes)| (PathBuf::from(file), stamp(*bytes)))
                .collect(),
        )
    }

    #[test]
    fn a_file_that_is_still_being_written_is_left_alone() {
        let mut resting = Resting::default();
        assert!(resting.of(look(&[("a", 1)])).is_empty());
        assert!(resting.of(look(&[("a", 2)])).is_empty());
        let rests = resting.of(look(&[("a", 2), ("b", 1)]));
        let names: Vec<_> = rests.into_iter().map(|(file, _)| file).collect();
        assert_eq!(names, [PathBuf::from("a")]);
    }

    #[test]
    fn a_file_that_can_not_be_moved_away_is_not_read_again_and_again() {
        let mut resting = Resting::default();
        resting.of(look(&[("a", 1)]));
        assert_eq!(resting.of(look(&[("a", 1)])).len(), 1);
        assert!(resting.of(look(&[("a", 1)])).is_empty());
        // It was written anew.
        assert!(resting.of(look(&[("a", 7)])).is_empty());
        assert_eq!(resting.of(look(&[("a", 7)])).len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_may_be_read_now_is_another_than_before() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "{}").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        let before = Stamp::now(&path).unwrap();
        assert_eq!(Stamp::now(&path), Some(before));
        // The clock of a file system goes by milliseconds.
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_ne!(Stamp::now(&path), Some(before));
    }

    #[test]
    fn links_folders_and_other_names_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.json"), "{}").unwrap();
        fs::write(path("a.tmp"), "{}").unwrap();
        fs::create_dir(path("b.json")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(path("a.json"), path("c.json")).unwrap();
        let seen = Look::at(folder.path()).unwrap();
        assert_eq!(seen.0.keys().collect::<Vec<_>>(), [&path("a.json")]);
    }
}
