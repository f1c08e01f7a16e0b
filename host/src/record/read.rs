//! Reading a recording.

use serde::Deserialize;

use super::{FORMAT, NotRecordable, Recording};

/// Why a text is not a recording that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON.
    #[error("this is not JSON, so it is no recording: {0}")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON of another kind.
    #[error(
        "this is JSON, but no recording: it has no `format` at its top; an alert becomes a recording by `quell explain ALERT --record FILE`"
    )]
    NoFormat,
    /// A newer Quell wrote it.
    #[error(
        "this recording has format {found}, and this Quell reads formats up to {FORMAT}: take a newer Quell, or record the alert again with this one"
    )]
    Newer {
        /// The format.
        found: u64,
    },
    /// It says that it is a recording, and something in it is wrong.
    #[error(
        "this recording is not as format {FORMAT} wants it: {0}; see the schema that `quell recordings schema` prints"
    )]
    Wrong(#[source] serde_json::Error),
    /// The journal has a reason in the place of a report: no plugin was asked.
    #[error("the alert came to no plugin, so there is nothing to replay")]
    NoReport(#[source] serde_json::Error),
    /// It is a report that is no recording.
    #[error(transparent)]
    NotRecordable(#[from] NotRecordable),
    /// It is not text.
    #[error("this is not a recording: it is not UTF-8 text")]
    NotText,
}

impl Recording {
    /// Reads a recording.
    ///
    /// # Errors
    /// If it is none, of a newer format, or damaged. The error says where, and what would help.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
        let head: Head = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                ReadError::NoFormat
            } else {
                ReadError::NotJson(error)
            }
        })?;
        match head.format {
            None | Some(0) => Err(ReadError::NoFormat),
            Some(found) if found > u64::from(FORMAT) => Err(ReadError::Newer { found }),
            Some(_) => serde_json::from_str(text).map_err(ReadError::Wrong),
        }
    }
}

#[derive(Deserialize)]
struct Head {
    format: Option<u64>,
}
