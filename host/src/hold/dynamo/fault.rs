//! What can go wrong with the table.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::super::JournalError;
use crate::cloud::{Fault, aws::fault};

/// What can go wrong inside a method of the journal.
#[derive(Debug)]
pub(super) enum Failure {
    /// A call failed, after its retries.
    Call(Fault),
    /// Others wrote the same again and again.
    Contended,
    /// What was asked can't be done.
    Journal(JournalError),
}

impl Failure {
    /// DynamoDB says that a request itself is wrong.
    pub(super) fn refused(code: &str, message: &str) -> Self {
        Self::Call(Fault::Invalid {
            code: code.to_owned(),
            message: message.to_owned(),
        })
    }

    /// A transaction was cancelled again and again because the table is throttled.
    pub(super) fn throttled() -> Self {
        Self::Call(Fault::Throttled {
            code: "ThrottlingError".to_owned(),
            message: "the table has no throughput left for a transaction".to_owned(),
        })
    }

    /// What the journal's caller is told.
    pub(super) fn doing(self, doing: &'static str, table: &str) -> JournalError {
        match self {
            Self::Call(Fault::NotFound { .. }) => JournalError::NoTable {
                table: table.to_owned(),
            },
            Self::Call(source) => JournalError::Table {
                table: table.to_owned(),
                doing,
                source,
            },
            Self::Contended => JournalError::Contended { doing },
            Self::Journal(error) => error,
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// The failure of a call.
pub(super) fn called<E>(error: SdkError<E>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    Failure::Call(fault(&error))
}
