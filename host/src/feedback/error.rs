//! Why a detector could not be told.

/// Why a detector could not be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedbackError {
    /// It may go better later.
    #[error("{0}")]
    Passing(String),
    /// It never will.
    #[error("{0}")]
    Final(String),
}

impl FeedbackError {
    /// Whether it may go better later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Passing(_))
    }
}
