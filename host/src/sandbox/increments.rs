//! What was compiled before, function by function, so that a plugin that was edited compiles in a fraction of the time.
//!
//! For the author's tools only. One file is read before the first compile and written after each; between the two it is all in memory.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use sha2::{Digest as _, Sha256};
use wasmtime::CacheStore;

use super::{
    native::write_whole,
    private::{self, NotPrivate, Owner},
};

/// How much is kept in the file, in bytes: the functions of two or three plugins with an interpreter in them.
const MOST_BYTES: usize = 256 << 20;

/// The functions that were compiled before. A clone is the same.
#[derive(Debug, Clone)]
pub struct Increments(Arc<Functions>);

#[derive(Debug)]
struct Functions {
    directory: PathBuf,
    /// Read when it is first asked for: most processes compile nothing.
    known: OnceLock<Mutex<HashMap<Vec<u8>, Function>>>,
    is_changed: AtomicBool,
}

#[derive(Debug)]
struct Function {
    code: Vec<u8>,
    /// Whether this process needed it. What nobody needed is the first to go.
    is_used: bool,
}

#[derive(Debug, thiserror::Error)]
enum IncrementsError {
    #[error(transparent)]
    NotPrivate(#[from] NotPrivate),
    #[error("it is damaged")]
    Damaged,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Increments {
    /// Those in this directory, of which the same holds as of the [`Cache`](super::Cache)'s: nobody else may write there.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Functions {
            directory: directory.into(),
            known: OnceLock::new(),
            is_changed: AtomicBool::new(false),
        }))
    }

    /// For wasmtime.
    pub(super) fn store(&self) -> Arc<dyn CacheStore> {
        self.0.clone()
    }

    /// Writes what was learnt.
    pub(super) fn keep(&self) {
        if self.0.is_changed.swap(false, Ordering::SeqCst)
            && let Err(error) = self.0.write()
        {
            self.0.warn(&error);
        }
    }
}

impl Functions {
    fn known(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Function>> {
        let known = self.known.get_or_init(|| match self.read() {
            Ok(known) => Mutex::new(known),
            Err(error) => {
                self.warn(&error);
                Mutex::default()
            }
        });
        known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self) -> PathBuf {
        self.directory.join("functions")
    }

    fn warn(&self, error: &IncrementsError) {
        let path = self.path();
        tracing::warn!(path = %path.display(), %error, "can't use what was compiled before; the next compile takes its full time");
    }

    fn read(&self) -> Result<HashMap<Vec<u8>, Function>, IncrementsError> {
        if !self.directory.try_exists()? {
            return Ok(HashMap::new());
        }
        private::check(&self.directory, Owner::Us)?;
        let bytes = match fs::read(self.path()) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashMap::new()),
            Err(error) => return Err(error.into()),
        };
        let (functions, checksum) = bytes.split_last_chunk::<32>().ok_or(IncrementsError::Damaged)?;
        // What is here becomes native code.
        if Sha256::digest(functions).as_slice() != checksum {
            return Err(IncrementsError::Damaged);
        }
        parse(functions).ok_or(IncrementsError::Damaged)
    }

    fn write(&self) -> Result<(), IncrementsError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.directory)?;
        private::check(&self.directory, Owner::Us)?;
        let bytes = {
            let known = self.known();
            let mut functions: Vec<_> = known.iter().collect();
            functions.sort_unstable_by_key(|(_, function)| !function.is_used);
            to_bytes(
                functions
                    .into_iter()
                    .map(|(key, function)| (key.as_slice(), function.code.as_slice())),
            )
        };
        write_whole(&self.path(), &[&bytes, Sha256::digest(&bytes).as_slice()])?;
        Ok(())
    }
}

/// Each key and each code behind its length.
fn to_bytes<'a>(functions: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, code) in functions {
        if bytes.len() + key.len() + code.len() > MOST_BYTES {
            break;
        }
        for part in [key, code] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part);
        }
    }
    bytes
}

fn parse(mut bytes: &[u8]) -> Option<HashMap<Vec<u8>, Function>> {
    let mut part = || -> Option<Option<Vec<u8>>> {
        if bytes.is_empty() {
            return Some(None);
        }
        let (length, rest) = bytes.split_first_chunk()?;
        let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        bytes = rest;
        Some(Some(part.to_vec()))
    };
    let mut functions = HashMap::new();
    while let Some(key) = part()? {
        let code = part()??;
        functions.insert(key, Function { code, is_used: false });
    }
    Some(functions)
}

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let mut known = self.known();
        let function = known.get_mut(key)?;
        function.is_used = true;
        Some(Cow::Owned(function.code.clone()))
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        let mut known = self.known();
        known.insert(
            key.to_vec(),
            Function {
                code: value,
                is_used: true,
            },
        );
        self.is_changed.store(true, Ordering::SeqCst);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_process_compiled_the_next_one_knows() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/cache");
        let first = Increments::at(&path);
        assert!(first.0.insert(b"key", b"code".to_vec()));
        first.keep();
        let second = Increments::at(&path);
        assert_eq!(second.0.get(b"key").as_deref(), Some(b"code".as_slice()));
        assert_eq!(second.0.get(b"other"), None);
    }

    #[test]
    fn a_damaged_file_is_as_none() {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let first = Increments::at(directory.path());
        first.0.insert(b"key", b"code".to_vec());
        first.keep();
        let file = directory.path().join("functions");
        let mut bytes = fs::read(&file).unwrap();
        bytes[10] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert_eq!(Increments::at(directory.path()).0.get(b"key"), None);
    }

    #[test]
    fn lengths_that_lead_out_of_the_file_are_noticed() {
        assert!(parse(&[1, 0, 0, 0, 0, 0, 0, 0]).is_none());
        assert!(parse(&[255; 16]).is_none());
        assert!(parse(&[1, 2]).is_none());
        assert!(parse(&[]).unwrap().is_empty());
    }
}
