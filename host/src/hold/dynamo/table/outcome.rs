//! What became of a transaction, by DynamoDB's word.

use aws_sdk_dynamodb::types::CancellationReason;

use super::super::Failure;

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Outcome {
    /// All of it is written.
    Done,
    /// Nothing is written: the condition of one of the writes, whose place is given if it is known, was not fulfilled, or another transaction was in the way.
    NotDone {
        /// Which write's condition was not fulfilled.
        unfulfilled: Option<usize>,
    },
}

/// What it means that a transaction was cancelled.
pub(super) fn of_reasons(reasons: &[CancellationReason]) -> Result<Outcome, Failure> {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    let passing = [
        "None",
        "ConditionalCheckFailed",
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ];
    if let Some(bad) = reasons.iter().find(|reason| !passing.contains(&code(reason).as_str())) {
        return Err(Failure::refused(&code(bad), bad.message().unwrap_or_default()));
    }
    let unfulfilled = reasons
        .iter()
        .position(|reason| code(reason) == "ConditionalCheckFailed");
    Ok(Outcome::NotDone { unfulfilled })
}
