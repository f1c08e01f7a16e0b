//! A secret: a key or token that never stands in the configuration, only where it is kept.

use std::{
    env, fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// No key or token is longer; a file that is was named by mistake.
const MOST_BYTES: u64 = 64 * 1024;

/// Where a key or token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In this environment variable.
    Env(String),
    /// In this file.
    File(PathBuf),
}

/// Why a secret can't be had. Never says anything of the secret itself.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("the environment variable {0} is not set: set it to the secret")]
    NotSet(String),
    /// The variable or file holds something that is not UTF-8.
    #[error("{0} is not UTF-8 text: it must hold the secret and nothing else")]
    NotText(Secret),
    /// There is nothing in it.
    #[error("{0} is empty: it must hold the secret")]
    Empty(Secret),
    /// It is too long to be a key or token.
    #[error("{0} has more than {MOST_BYTES} bytes: this is no key or token")]
    TooLong(Secret),
    /// The file can't be read.
    #[error("{file} can't be read: check that it is there and that this user may read it", file = .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
}

impl Secret {
    /// Fetches the secret, without the line break that editors and `echo` leave behind it. Warns in the log of a file that others may read.
    pub fn read(&self) -> Result<SecretString, SecretError> {
        let bytes = match self {
            Self::Env(name) => env::var_os(name)
                .ok_or_else(|| SecretError::NotSet(name.clone()))?
                .into_encoded_bytes(),
            Self::File(path) => read_file(path).map_err(|error| SecretError::Unreadable(path.clone(), error))?,
        };
        if bytes.len() as u64 > MOST_BYTES {
            return Err(SecretError::TooLong(self.clone()));
        }
        let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText(self.clone()))?;
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(SecretError::Empty(self.clone())),
            secret => Ok(SecretString::from(secret)),
        }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "the environment variable {name}"),
            Self::File(path) => write!(formatter, "the file {}", path.display()),
        }
    }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    if is_open_to_others(&file.metadata()?) {
        tracing::warn!(file = %path.display(), "others on this machine may read this secret: chmod 600 it");
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn in_file(bytes: &[u8]) -> Result<String, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, bytes).unwrap();
        let shown = path.display().to_string();
        Secret::File(path)
            .read()
            .map(|secret| secret.expose_secret().to_owned())
            .map_err(|error| error.to_string().replace(&shown, "KEY"))
    }

    #[test]
    fn the_line_break_behind_a_secret_is_not_part_of_it_but_a_space_is() {
        assert_eq!(in_file(b"s3cret \r\n").unwrap(), "s3cret ");
    }

    #[test]
    fn an_empty_secret_is_refused_and_not_taken_for_no_password() {
        insta::assert_snapshot!(in_file(b"\n").unwrap_err(), @"the file KEY is empty: it must hold the secret");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        insta::assert_snapshot!(
            in_file(b"\xff").unwrap_err(),
            @"the file KEY is not UTF-8 text: it must hold the secret and nothing else"
        );
        insta::assert_snapshot!(
            in_file(&[b'x'; 65537]).unwrap_err(),
            @"the file KEY has more than 65536 bytes: this is no key or token"
        );
    }

    #[test]
    fn what_is_not_there_is_named_with_the_remedy() {
        let error = Secret::Env("QUELL_TEST_NOT_SET".to_owned()).read().unwrap_err();
        insta::assert_snapshot!(
            error,
            @"the environment variable QUELL_TEST_NOT_SET is not set: set it to the secret"
        );
        let error = Secret::File("/nowhere/key".into()).read().unwrap_err();
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
