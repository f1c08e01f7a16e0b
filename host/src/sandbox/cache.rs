//! Compiled plugins on disk, so that a process starts with its plugins ready.
//!
//! A compiled plugin is native code that runs in this process with all its rights. So it is only ever made here, from a component whose digest
//! is known, and kept where nobody else can write.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use wasmtime::{Engine, component::Component};

use crate::digest::Digest;

/// Who may do what in the directory: its owner everything, nobody else anything.
const MODE: u32 = 0o700;

/// Permission for the group or for all others to write.
const OTHERS_WRITE: u32 = 0o022;

/// A directory of compiled plugins. What can't be read from it is compiled anew, and what can't be written is not kept: both are warned of,
/// neither is an error.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
}

/// Why a directory is not used.
#[derive(Debug, thiserror::Error)]
enum CacheError {
    #[error("it is not a directory")]
    NotADirectory,
    #[error("it belongs to user {owner}, not to user {us}, who could have put native code there")]
    NotOurs { owner: u32, us: u32 },
    #[error("others may write there (mode {mode:o}), who could have put native code there; `chmod 700` it")]
    Writable { mode: u32 },
    #[error("{name} is damaged")]
    Damaged { name: String },
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Cache {
    /// The cache in `directory`, which is made when the first plugin is put there. It must belong to the user that this process runs as, and nobody else may
    /// write there; otherwise it is not used.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }

    /// The compiled form of the component with this digest, if it is there and good.
    pub(super) fn get(&self, engine: &Engine, digest: Digest) -> Option<Component> {
        let path = self.path(engine, digest);
        match self.read(engine, &path) {
            Ok(component) => component,
            Err(error) => {
                self.warn(&error, "compiling the plugin instead");
                None
            }
        }
    }

    /// Keeps the compiled form of the component with this digest.
    pub(super) fn put(&self, engine: &Engine, digest: Digest, component: &Component) {
        if let Err(error) = self.write(&self.path(engine, digest), component) {
            self.warn(&error, "the plugin will be compiled again next time");
        }
    }

    fn warn(&self, error: &CacheError, so: &str) {
        tracing::warn!(directory = %self.directory.display(), %error, "can't use the cache of compiled plugins; {so}");
    }

    fn read(&self, engine: &Engine, path: &Path) -> Result<Option<Component>, CacheError> {
        if !self.directory.try_exists()? {
            return Ok(None);
        }
        self.check_private()?;
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let damaged = || CacheError::Damaged {
            name: path.display().to_string(),
        };
        let (code, checksum) = bytes.split_last_chunk::<32>().ok_or_else(damaged)?;
        if Sha256::digest(code).as_slice() != checksum {
            return Err(damaged());
        }
        // SAFETY: the file is native code that will be run. It was written by this function's counterpart: nobody else can write in
        // the directory, as was just checked, and the checksum says that it is whole. That it is for this CPU, this wasmtime and these
        // settings, wasmtime itself checks.
        #[allow(unsafe_code, reason = "there is no safe way to load native code; see above")]
        let component = unsafe { Component::deserialize_file(engine, path) };
        component
            .map(Some)
            .map_err(|error| CacheError::Refused(format!("{error:#}")))
    }

    fn write(&self, path: &Path, component: &Component) -> Result<(), CacheError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(MODE)
            .create(&self.directory)?;
        self.check_private()?;
        let code = component
            .serialize()
            .map_err(|error| CacheError::Refused(format!("{error:#}")))?;
        // Under a name of its own and renamed when it is whole: another process may be reading.
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = write_whole(&temporary, &code).and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // It may not even be there.
            let _ = fs::remove_file(&temporary);
        }
        Ok(written?)
    }

    /// The file for a component and an engine. The name holds all that the code depends on.
    fn path(&self, engine: &Engine, digest: Digest) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        // Holds wasmtime's version, its settings, and what the CPU can do.
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let name = format!("{}-{:016x}.cwasm", digest, hasher.finish());
        self.directory.join(name)
    }

    fn check_private(&self) -> Result<(), CacheError> {
        // Not following a link: whoever can place one could place it elsewhere next time.
        let metadata = fs::symlink_metadata(&self.directory)?;
        let us = rustix::process::geteuid().as_raw();
        if !metadata.is_dir() {
            return Err(CacheError::NotADirectory);
        }
        if metadata.uid() != us {
            return Err(CacheError::NotOurs {
                owner: metadata.uid(),
                us,
            });
        }
        if metadata.mode() & OTHERS_WRITE != 0 {
            return Err(CacheError::Writable {
                mode: metadata.mode() & 0o7777,
            });
        }
        Ok(())
    }
}

/// The code, then its checksum, safe on disk. What follows the code does not disturb wasmtime, which reads an ELF image.
fn write_whole(path: &Path, code: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(code)?;
    file.write_all(&Sha256::digest(code))?;
    file.sync_all()
}
