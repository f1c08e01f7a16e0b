//! Compiled plugins on disk, so that a process starts with its plugins ready.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use wasmtime::{Engine, component::Component};

use super::{
    native::{self, Check, Compiled, NativeError},
    private::{self, NotPrivate, Owner},
};
use crate::digest::Digest;

/// Who may do what in the directory: its owner everything, nobody else anything.
const MODE: u32 = 0o700;

/// How much is kept, in bytes: a dozen plugins with an interpreter in them, of 40 to 60 MB each. What was written first goes first.
const MOST_BYTES: u64 = 640 << 20;

/// A directory of compiled plugins. What can't be read from it is compiled anew, and what can't be written is not kept: both are warned of,
/// neither is an error.
#[derive(Debug, Clone)]
pub struct Cache {
    directory: PathBuf,
}

/// Why a directory is not used.
#[derive(Debug, thiserror::Error)]
enum CacheError {
    #[error(transparent)]
    NotPrivate(#[from] NotPrivate),
    #[error(transparent)]
    Native(#[from] NativeError),
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
    pub(super) fn get(&self, engine: &Engine, digest: Digest) -> Option<Compiled> {
        self.read(engine, digest).unwrap_or_else(|error| {
            self.warn(&error, "compiling the plugin instead");
            None
        })
    }

    /// Keeps the compiled form of the component with this digest and size.
    pub(super) fn put(&self, engine: &Engine, digest: Digest, size_bytes: usize, component: &Component) {
        if let Err(error) = self.write(&self.path(engine, digest), digest, size_bytes, component) {
            self.warn(&error, "the plugin will be compiled again next time");
        }
    }

    fn warn(&self, error: &CacheError, so: &str) {
        tracing::warn!(directory = %self.directory.display(), %error, "can't use the cache of compiled plugins; {so}");
    }

    fn read(&self, engine: &Engine, digest: Digest) -> Result<Option<Compiled>, CacheError> {
        if !self.directory.try_exists()? {
            return Ok(None);
        }
        private::check(&self.directory, Owner::Us)?;
        Ok(native::load(
            engine,
            &self.path(engine, digest),
            digest,
            Owner::Us,
            Check::Bytes,
        )?)
    }

    fn write(&self, path: &Path, digest: Digest, size_bytes: usize, component: &Component) -> Result<(), CacheError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(MODE)
            .create(&self.directory)?;
        private::check(&self.directory, Owner::Us)?;
        let code = component
            .serialize()
            .map_err(|error| NativeError::Refused(format!("{error:#}")))?;
        native::write(path, digest, size_bytes, &code)?;
        self.make_room(path)?;
        Ok(())
    }

    /// Removes the oldest files while there is more than is kept. A process that has one of them open goes on with it.
    fn make_room(&self, just_written: &Path) -> io::Result<()> {
        let mut files: Vec<(SystemTime, PathBuf, u64)> = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let (path, metadata) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)))?;
            if path.extension().is_some_and(|extension| extension == "cwasm") && path != just_written {
                files.push((metadata.modified()?, path, metadata.len()));
            }
        }
        files.sort_unstable();
        let mut kept = fs::metadata(just_written)?.len() + files.iter().map(|(_, _, length)| length).sum::<u64>();
        for (_, path, length) in files {
            if kept <= MOST_BYTES {
                break;
            }
            fs::remove_file(path)?;
            kept -= length;
        }
        Ok(())
    }

    /// The file for a component and an engine. The name holds all that the code depends on.
    fn path(&self, engine: &Engine, digest: Digest) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        // Holds wasmtime's version, its settings, and what the CPU can do.
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let name = format!("{}-{:016x}.cwasm", digest, hasher.finish());
        self.directory.join(name)
    }
}
