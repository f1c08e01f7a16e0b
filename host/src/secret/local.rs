//! Secrets that are kept on this machine: in an environment variable or in a file.

use std::{
    env, fs,
    io::{self, Read},
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use secrecy::SecretString;

use super::{
    SecretError,
    text::{MOST_BYTES, secret_of},
};
use crate::config::Secret;

/// What tells that a file is another than before: a secret that is mounted is often another file under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    number: u64,
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            number: file_number(metadata),
        }
    }

    /// That of the file as it is now. None if it can't be looked at.
    pub(super) fn now(path: &Path) -> Option<Self> {
        Some(Self::of(&fs::metadata(path).ok()?))
    }
}

/// Reads an environment variable.
pub(super) fn read_variable(name: &str, place: &Secret) -> Result<SecretString, SecretError> {
    let value = env::var_os(name).ok_or_else(|| SecretError::NotSet(name.to_owned()))?;
    secret_of(value.into_encoded_bytes(), place)
}

/// Reads a file, with its stamp. Warns in the log of one that others may read.
pub(super) fn read_file(path: &Path, place: &Secret) -> Result<(SecretString, Stamp), SecretError> {
    let (bytes, stamp) = bytes_of(path).map_err(|error| SecretError::Unreadable(path.to_owned(), Arc::new(error)))?;
    Ok((secret_of(bytes, place)?, stamp))
}

fn bytes_of(path: &Path) -> io::Result<(Vec<u8>, Stamp)> {
    let file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    if is_open_to_others(&metadata) {
        tracing::warn!(file = %path.display(), "others on this machine may read this secret: chmod 600 it");
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes, Stamp::of(&metadata)))
}

/// Whether users other than the file's owner and its group may read it. A group is often how a service gets its secret.
#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o004 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn file_number(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn file_number(_: &fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_named_with_the_remedy() {
        let place = Secret::Env("QUELL_TEST_NOT_SET".to_owned());
        let error = read_variable("QUELL_TEST_NOT_SET", &place).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"the environment variable QUELL_TEST_NOT_SET is not set: set it to the secret"
        );
        let path = Path::new("/nowhere/key");
        let error = read_file(path, &Secret::File(path.to_owned())).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"/nowhere/key can't be read: check that it is there and that this user may read it"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_noticed() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        let open_with = |mode| {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            is_open_to_others(&file.path().metadata().unwrap())
        };
        assert!(open_with(0o644));
        assert!(!open_with(0o640));
        assert!(!open_with(0o600));
    }
}
