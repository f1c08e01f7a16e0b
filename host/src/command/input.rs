//! What a command is given to read: a file, or `-` for standard input.

use std::{
    convert::Infallible,
    fmt, fs,
    io::{self, Read},
    path::PathBuf,
    str::FromStr,
};

use crate::exit::{Exit, Failure};

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Standard,
    /// This file.
    File(PathBuf),
}

/// Why input can't be had.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It can't be opened or read.
    #[error("{0} can't be read")]
    Unreadable(Input, #[source] io::Error),
    /// There is too much of it.
    #[error("{0} has more than {1} bytes, which is the most that is read")]
    TooLong(Input, u64),
}

impl Input {
    /// All of its bytes, but not more than `most`.
    pub fn read(&self, most: u64) -> Result<Vec<u8>, Failure> {
        let source: io::Result<Box<dyn Read>> = match self {
            Self::Standard => Ok(Box::new(io::stdin().lock())),
            Self::File(path) => fs::File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        };
        let mut bytes = Vec::new();
        source
            .and_then(|source| source.take(most.saturating_add(1)).read_to_end(&mut bytes))
            .map_err(|error| Failure::new(Exit::Input, InputError::Unreadable(self.clone(), error)))?;
        if bytes.len() as u64 > most {
            return Err(Failure::new(Exit::Input, InputError::TooLong(self.clone(), most)));
        }
        Ok(bytes)
    }
}

impl FromStr for Input {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(if text == "-" {
            Self::Standard
        } else {
            Self::File(text.into())
        })
    }
}

impl fmt::Display for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard => formatter.write_str("standard input"),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_bound_and_not_beyond() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "12345").unwrap();
        let input = Input::File(file.path().to_owned());
        assert_eq!(input.read(5).unwrap(), b"12345");
        assert_eq!(input.read(4).unwrap_err().exit(), Exit::Input);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let failure = Input::File("/nowhere/alert.json".into()).read(1).unwrap_err();
        assert_eq!(failure.exit(), Exit::Input);
        assert!(failure.to_string().contains("/nowhere/alert.json can't be read"));
    }
}
