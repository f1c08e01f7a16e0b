//! Where a list comes from.

use async_trait::async_trait;

use super::format::Listed;

/// Where a list comes from.
#[async_trait]
pub trait Source: Send + Sync {
    /// Whether it is so near that a look costs nothing.
    fn is_near(&self) -> bool {
        false
    }

    /// What is there now. `known` is the mark of what was read last.
    ///
    /// # Errors
    /// If it can't be had.
    async fn fetch(&self, known: Option<&str>) -> Result<Fetched, SourceError>;
}

/// What a source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// What was read last.
    Unchanged,
    /// A text, as it stands there.
    Text {
        /// The text.
        bytes: Vec<u8>,
        /// What tells it from what stands there later.
        mark: Option<String>,
    },
    /// Prefixes that need not be read out of a text.
    Prefixes(Vec<Listed>),
}

/// Why a source can't be had: a sentence that stands behind a colon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);
