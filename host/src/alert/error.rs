//! What can be wrong with an alert's bytes.

use std::fmt;

/// What helps if a part of an alert is missing or odd.
const REMEDY: &str = "send the whole alert as the detector gave it, or correct the mapping of the detector";

/// Why bytes are no alert. What can't be read is kept with this text, never dropped.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Nothing was sent.
    #[error("the alert is empty; send the alert's JSON object as the detector gave it")]
    Empty,
    /// More bytes than any real alert has.
    #[error(
        "the alert has {bytes} bytes, and Quell reads at most {limit}; send one alert at a time, as the detector gave it"
    )]
    TooLarge {
        /// How many bytes were sent.
        bytes: usize,
        /// How many may be sent.
        limit: usize,
    },
    /// Bytes that are not UTF-8, which JSON must be.
    #[error("the alert is not UTF-8 text: {position} is a byte that can't be; send the alert's JSON unchanged")]
    NotText {
        /// Where the first such byte is.
        position: Position,
        /// What the UTF-8 decoder says.
        #[source]
        source: std::str::Utf8Error,
    },
    /// Text that is not JSON, or that ends too early.
    #[error("the alert is not JSON, or not all of it ({position}); send the alert's JSON object unchanged")]
    NotJson {
        /// Where the parser stopped.
        position: Position,
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },
    /// Objects and arrays within one another, deeper than any real alert.
    #[error("the alert is nested deeper than {limit} levels ({position}); no detector sends such an alert")]
    TooDeep {
        /// Where the first level too many begins.
        position: Position,
        /// How many levels may be.
        limit: usize,
    },
    /// JSON, but not an object.
    #[error("the alert must be one JSON object, but it is {found}; send each alert on its own")]
    NotAnObject {
        /// What it is instead.
        found: &'static str,
    },
    /// An object that holds alerts but is none itself.
    #[error("this is {found}, not an alert; {remedy}")]
    NotAnAlert {
        /// What it is instead.
        found: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Two values for one key. Readers differ in which they take, so neither can be trusted.
    #[error(
        "the alert gives `{key}` twice (the second value is at {position}); send the alert as the detector gave it"
    )]
    RepeatedKey {
        /// The key.
        key: String,
        /// Where the second value is.
        position: Position,
    },
    /// A key without which nothing can be done.
    #[error("the alert has no `{key}`, which must be {expected}; send the whole alert as the detector gave it")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// What its value must be.
        expected: &'static str,
    },
    /// Nothing where a part of the alert must be.
    #[error("the alert has nothing at `{pointer}`, where its {what} must be: {expected}; {REMEDY}")]
    NotThere {
        /// Which part of the alert.
        what: &'static str,
        /// Where it should be, as a JSON Pointer.
        pointer: String,
        /// What must be there.
        expected: String,
    },
    /// Something where a part of the alert must be, that can't be this part.
    #[error("what the alert has at `{pointer}` can't be its {what}: it is {found}, but must be {expected}; {REMEDY}")]
    Unfit {
        /// Which part of the alert.
        what: &'static str,
        /// Where it is, as a JSON Pointer.
        pointer: String,
        /// What is there.
        found: String,
        /// What must be there.
        expected: String,
    },
    /// More alerts in one body than are taken.
    #[error("the body has more than {limit} alerts; send them in several parts")]
    TooMany {
        /// How many are taken.
        limit: usize,
    },
    /// A body that says that it is compressed.
    #[error("the body begins like gzip and can't be decompressed; send it whole")]
    NotGzip(#[source] std::io::Error),
    /// A detector whose mapping is gone.
    #[error("there is no detector `{0}` any more: the configuration names none; add its [[detector]] again")]
    NoDetector(super::Detector),
    /// A key whose value can't be guessed at.
    #[error(
        "the alert's `{key}` ({position}) is {found}, but must be {expected}; send the alert as the detector gave it"
    )]
    WrongType {
        /// The key.
        key: &'static str,
        /// Where its value is.
        position: Position,
        /// What its value must be.
        expected: &'static str,
        /// What it is instead.
        found: &'static str,
    },
}

/// A position in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The byte in the line, from 1.
    pub column: usize,
}

impl Position {
    /// The position of the byte `offset` of `text`.
    pub(super) fn of(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |newline| newline + 1);
        Self {
            line: before.iter().filter(|&&byte| byte == b'\n').count() + 1,
            column: before.len() - line_start + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {} column {}", self.line, self.column)
    }
}
