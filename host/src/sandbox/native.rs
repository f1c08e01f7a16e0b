//! Files of native code: a plugin as it was compiled, with a trailer that says what it is.
//!
//! A compiled plugin is native code that runs in this process with all its rights. So it is only ever made by Quell, from a component whose digest is
//! known, and only taken from directories that [`private`](super::private) has checked.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use sha2::{Digest as _, Sha256};
use wasmtime::{Engine, component::Component};

use super::private::{self, NotPrivate, Owner};
use crate::digest::Digest;

/// What the trailer ends with. Another layout of it is another word.
const MAGIC: [u8; 8] = *b"quellnc1";

/// Digest of the component, its size, digest of the code, the code's length, and the magic word.
const TRAILER: usize = 32 + 8 + 32 + 8 + 8;

/// Who may write a file, to everybody's eyes: nobody but its owner.
const MODE: u32 = 0o644;

/// How closely a file is looked at before it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Every byte of the code, against its digest: tens of milliseconds for an interpreter's tens of megabytes.
    Bytes,
    /// That it is whole and of the right component. For a file that was installed as the program itself was, whose bytes nobody
    /// sums up at each start either.
    Length,
}

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum NativeError {
    #[error("{name} is damaged")]
    Damaged { name: String },
    #[error("{name} was compiled from another component, {digest}")]
    OtherComponent { name: String, digest: String },
    #[error("{0}")]
    Refused(String),
    #[error("{name} can't be trusted: {why}")]
    NotPrivate { name: String, why: NotPrivate },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A component that was compiled before.
pub(super) struct Compiled {
    pub(super) component: Component,
    /// The size of its WebAssembly, in bytes.
    pub(super) size_bytes: usize,
}

/// The compiled form of the component with this digest, or None if the file is not there.
pub(super) fn load(
    engine: &Engine,
    path: &Path,
    digest: Digest,
    owner: Owner,
    check: Check,
) -> Result<Option<Compiled>, NativeError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let name = || path.display().to_string();
    let damaged = || NativeError::Damaged { name: name() };
    private::check_file(&file, owner).map_err(|why| NativeError::NotPrivate { name: name(), why })?;
    let trailer = Trailer::read(&mut file)?.ok_or_else(damaged)?;
    if trailer.component != digest {
        return Err(NativeError::OtherComponent {
            name: name(),
            digest: trailer.component.to_string(),
        });
    }
    if check == Check::Bytes && !trailer.fits(&mut file)? {
        return Err(damaged());
    }
    // SAFETY: the file is native code that will be run. Quell made it, from the component with this digest: whoever calls has checked that nobody else
    // can write in its directory, and the trailer says that it is whole. That it is for this CPU, this wasmtime and these settings, wasmtime
    // itself checks. It is mapped and not copied, so it must not be changed in place while it is used: `write` puts another in its place.
    #[allow(unsafe_code, reason = "there is no safe way to load native code; see above")]
    let component = unsafe { Component::deserialize_file(engine, path) };
    let component = component.map_err(|error| NativeError::Refused(format!("{error:#}")))?;
    Ok(Some(Compiled {
        component,
        size_bytes: usize::try_from(trailer.size).unwrap_or(usize::MAX),
    }))
}

/// Writes a file of native code that was compiled from a component with this digest and size.
pub(super) fn write(path: &Path, digest: Digest, size_bytes: usize, code: &[u8]) -> io::Result<()> {
    let trailer = Trailer {
        component: digest,
        size: size_bytes as u64,
        code: Digest::of(code),
        length: code.len() as u64,
    };
    // What follows the code does not disturb wasmtime, which reads an ELF image.
    write_whole(path, &[code, &trailer.to_bytes()])
}

/// Writes a file so that whoever opens it finds the old one or all of the new one: under a name of its own and renamed when it is safe on disk.
pub(super) fn write_whole(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let write = || {
        let mut file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(MODE)
            .open(&temporary)?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().inspect_err(|_| {
        // It may not even be there.
        let _ = fs::remove_file(&temporary);
    })
}

/// What follows the code.
#[derive(Debug, PartialEq, Eq)]
struct Trailer {
    /// The digest of the component that was compiled.
    component: Digest,
    /// That component's size, in bytes.
    size: u64,
    /// The digest of the code.
    code: Digest,
    /// The length of the code.
    length: u64,
}

impl Trailer {
    fn to_bytes(&self) -> Vec<u8> {
        [
            self.component.as_bytes().as_slice(),
            &self.size.to_le_bytes(),
            self.code.as_bytes(),
            &self.length.to_le_bytes(),
            &MAGIC,
        ]
        .concat()
    }

    /// The trailer of a file. None if there is none that fits the file's length.
    fn read(file: &mut File) -> io::Result<Option<Self>> {
        let Some(length) = file.metadata()?.len().checked_sub(TRAILER as u64) else {
            return Ok(None);
        };
        file.seek(SeekFrom::Start(length))?;
        let mut bytes = [0; TRAILER];
        file.read_exact(&mut bytes)?;
        Ok(Self::parse(&bytes).filter(|trailer| trailer.length == length))
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (component, rest) = bytes.split_first_chunk()?;
        let (size, rest) = rest.split_first_chunk()?;
        let (code, rest) = rest.split_first_chunk()?;
        let (length, magic) = rest.split_first_chunk()?;
        (magic == MAGIC).then(|| Self {
            component: Digest::from_bytes(*component),
            size: u64::from_le_bytes(*size),
            code: Digest::from_bytes(*code),
            length: u64::from_le_bytes(*length),
        })
    }

    /// Whether the code is, byte for byte, what was written.
    fn fits(&self, file: &mut File) -> io::Result<bool> {
        file.rewind()?;
        let mut hasher = Sha256::new();
        io::copy(
            &mut file.take(self.length),
            &mut io::BufWriter::with_capacity(1 << 20, HashWriter(&mut hasher)),
        )?;
        Ok(hasher.finalize().as_slice() == self.code.as_bytes())
    }
}

/// Sums up what is written to it.
struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_cut_off_or_longer_has_no_trailer() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("code");
        write(&path, Digest::of(b"wasm"), 4, b"native code").unwrap();
        let whole = fs::read(&path).unwrap();
        let read = |bytes: &[u8]| {
            fs::write(&path, bytes).unwrap();
            Trailer::read(&mut File::open(&path).unwrap()).unwrap()
        };
        let trailer = read(&whole).unwrap();
        assert_eq!((trailer.component, trailer.size), (Digest::of(b"wasm"), 4));
        assert!(trailer.fits(&mut File::open(&path).unwrap()).unwrap());
        assert_eq!(read(&whole[..whole.len() - 1]), None);
        assert_eq!(read(&[&whole[..], b"x"].concat()), None);
        assert_eq!(read(&whole[1..]), None);
        assert_eq!(read(b""), None);
    }

    #[test]
    fn a_changed_byte_does_not_fit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("code");
        write(&path, Digest::of(b"wasm"), 4, b"native code").unwrap();
        let mut changed = fs::read(&path).unwrap();
        changed[3] ^= 1;
        fs::write(&path, changed).unwrap();
        let mut file = File::open(&path).unwrap();
        assert!(!Trailer::read(&mut file).unwrap().unwrap().fits(&mut file).unwrap());
    }
}
