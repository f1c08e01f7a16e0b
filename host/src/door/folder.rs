//! The folder door: takes in files that are put into a folder, and moves each to `done/` or `failed/`.
//!
//! A file is only read when it rests: its size and time are those of the look before. So one that is still being written is left alone, and one that is renamed into the folder is taken
//! at the next look but one; and one that is changed while it is read is read again. What is interrupted is read again from the beginning, which does no harm: what was taken in is known.

#[cfg(feature = "aws")]
pub mod bucket;
pub mod documents;
pub mod format;
mod resting;
mod take_in;

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::task;
use tokio_util::sync::CancellationToken;

use self::{
    format::Format,
    resting::{Look, Resting, Stamp},
    take_in::{Contents, Outcome, take_in},
};
use super::{Door, DoorError, admit::sleep};
use crate::{alert::Detector, hold::DeliveryId, text::with_causes, way::Host};

/// What the journal calls it.
const KIND: &str = "folder";
/// Where a file goes that is done.
const DONE: &str = "done";
/// Where a file goes that can't be read.
const FAILED: &str = "failed";

/// How much is read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileLimits {
    /// The most bytes of a file as it lies there.
    pub max_file: u64,
    /// The most bytes of what is in it, unpacked.
    pub max_unpacked: u64,
}

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct FolderOptions {
    /// The folder.
    pub path: PathBuf,
    /// Whose alerts come. None: each is looked at.
    pub detector: Option<Detector>,
    /// How often it is looked at.
    pub every: Duration,
    /// How much is read of a file.
    pub limits: FileLimits,
}

/// The folder door.
#[derive(Debug)]
pub struct FolderDoor {
    options: FolderOptions,
}

impl FolderDoor {
    /// A door to a folder. It need not be there yet.
    pub fn open(options: FolderOptions) -> Self {
        Self { options }
    }

    /// Takes in what rests. False: the door closes.
    async fn look(&self, resting: &mut Resting, host: &Host, stop: &CancellationToken) -> io::Result<bool> {
        let path = self.options.path.clone();
        let there = task::spawn_blocking(move || Look::at(&path)).await??;
        for (file, stamp) in resting.of(there) {
            let taken = self.take_in(&file, host, stop).await;
            match taken {
                Ok(Outcome::NotYet) => return Ok(false),
                // What was written behind what was read must not go away with it.
                Ok(_) if Stamp::now(&file) != Some(stamp) => {
                    tracing::warn!(file = %file.display(), "it was changed while it was read; it is read again when it rests");
                }
                Ok(outcome) => {
                    if let Err(error) = self.put_away(&file, &outcome) {
                        tracing::error!(
                            file = %file.display(),
                            "it is taken in, and can't be moved: {error}; it is left alone until it changes"
                        );
                    }
                }
                Err(error) => {
                    tracing::error!(file = %file.display(), "it can't be read: {error}; it is left alone until it changes");
                }
            }
        }
        Ok(true)
    }

    async fn take_in(&self, path: &Path, host: &Host, stop: &CancellationToken) -> io::Result<Outcome> {
        let Some(format) = path.file_name().and_then(|name| Format::of(&name.to_string_lossy())) else {
            return Ok(Outcome::Failed(vec!["its name says no format".to_owned()]));
        };
        let file = open(path)?;
        let bytes = file.metadata()?.len();
        if bytes > self.options.limits.max_file {
            let limit = self.options.limits.max_file;
            return Ok(Outcome::Failed(vec![format!(
                "it has {bytes} bytes, and at most {limit} are read (max-file)"
            )]));
        }
        let contents = Contents {
            file,
            format,
            max_unpacked: self.options.limits.max_unpacked,
            detector: self.options.detector,
        };
        let id = |detector, _, body: &[u8]| DeliveryId::of(detector, body);
        Ok(take_in(contents, KIND, id, host, stop).await)
    }

    /// Moves a file to where those go that came to this, under a name that no other has there.
    fn put_away(&self, file: &Path, outcome: &Outcome) -> io::Result<()> {
        let (folder, reasons) = match outcome {
            Outcome::Failed(reasons) => (FAILED, reasons.as_slice()),
            Outcome::Done { .. } | Outcome::NotYet => (DONE, [].as_slice()),
        };
        let folder = self.options.path.join(folder);
        fs::create_dir_all(&folder)?;
        let place = unused(&folder, file)?;
        if !reasons.is_empty() {
            let mut why = place.clone().into_os_string();
            why.push(".why");
            fs::write(why, format!("{}\n", reasons.join("\n")))?;
        }
        fs::rename(file, &place)?;
        match outcome {
            Outcome::Done { taken } => tracing::info!(file = %place.display(), taken, "a file is done"),
            _ => tracing::error!(file = %place.display(), "a file can't be read: {}", reasons.join("; ")),
        }
        Ok(())
    }
}

#[async_trait]
impl Door for FolderDoor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn place(&self) -> String {
        self.options.path.display().to_string()
    }

    async fn examine(&self) -> Result<String, DoorError> {
        let path = self.options.path.clone();
        let unusable = |source| DoorError::Folder {
            path: path.clone(),
            source,
        };
        let there = Look::at(&path).map_err(unusable)?;
        // Nothing is left behind: the file has no name.
        tempfile::tempfile_in(&path).map_err(unusable)?;
        Ok(format!("{} files wait in it", there.len()))
    }

    /// When it is told to stop, the alert that is under way is taken in, and the file stays where it is.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let mut resting = Resting::default();
        let mut told = None;
        while !stop.is_cancelled() {
            match self.look(&mut resting, &host, &stop).await {
                Ok(true) => told = None,
                Ok(false) => break,
                Err(source) => {
                    let path = self.options.path.clone();
                    let why = with_causes(&DoorError::Folder { path, source });
                    if told.as_ref() != Some(&why) {
                        tracing::error!("{why}; looked at again");
                        told = Some(why);
                    }
                }
            }
            sleep(self.options.every, &stop).await;
        }
    }
}

/// Opens a file that was seen to be one, and no link that somebody put in its place meanwhile.
fn open(path: &Path) -> io::Result<File> {
    let seen = fs::symlink_metadata(path)?;
    if !seen.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file any more"));
    }
    let file = File::open(path)?;
    if !is_same(&seen, &file.metadata()?) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "another file came in its place",
        ));
    }
    Ok(file)
}

#[cfg(unix)]
fn is_same(seen: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (seen.dev(), seen.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// How many files of the same name are kept.
const SAME_NAMES: u32 = 10_000;

/// A name in the folder that no file has: its own, or with a number behind.
fn unused(folder: &Path, file: &Path) -> io::Result<PathBuf> {
    let name = file.file_name().unwrap_or_default();
    let numbered = (1..SAME_NAMES).map(|number| {
        let mut name = name.to_owned();
        name.push(format!(".{number}"));
        folder.join(name)
    });
    let mut names = std::iter::once(folder.join(name)).chain(numbered);
    names.find(|path| !path.exists()).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} has {SAME_NAMES} files of this name: clear it", folder.display()),
        )
    })
}
