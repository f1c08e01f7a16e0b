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

/// The reasons for which nothing is done for the moment.
const THROTTLES: [&str; 2] = ["ThrottlingError", "ProvisionedThroughputExceeded"];
/// That somebody else wrote one of the items, and that somebody is about to.
const UNFULFILLED: &str = "ConditionalCheckFailed";
const CONFLICT: &str = "TransactionConflict";

/// What it means that a transaction was cancelled. None if that was only for want of throughput: the very same may be done a little later.
pub(super) fn of_reasons(reasons: &[CancellationReason]) -> Result<Option<Outcome>, Failure> {
    // Each item has a code, and one that is no reason this word.
    let reasons = reasons.iter().enumerate();
    let reasons: Vec<_> = reasons
        .map(|(place, reason)| (place, reason.code().unwrap_or("None"), reason.message()))
        .filter(|(_, code, _)| *code != "None")
        .collect();
    let is_passing = |code: &str| code == UNFULFILLED || code == CONFLICT || THROTTLES.contains(&code);
    if let Some((_, code, message)) = reasons.iter().find(|(_, code, _)| !is_passing(code)) {
        return Err(Failure::refused(code, message.unwrap_or_default()));
    }
    let is_throttled = |(_, code, _): &(usize, &str, Option<&str>)| THROTTLES.contains(code);
    if !reasons.is_empty() && reasons.iter().all(is_throttled) {
        return Ok(None);
    }
    let unfulfilled = reasons.iter().find(|(_, code, _)| *code == UNFULFILLED);
    Ok(Some(Outcome::NotDone {
        unfulfilled: unfulfilled.map(|(place, ..)| *place),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of it where each of these is the reason of the item at its place.
    fn outcome(codes: &[&str]) -> Result<Option<Outcome>, Failure> {
        let reason = |code: &&str| CancellationReason::builder().code(*code).build();
        of_reasons(&codes.iter().map(reason).collect::<Vec<_>>())
    }

    fn not_done(unfulfilled: Option<usize>) -> Option<Outcome> {
        Some(Outcome::NotDone { unfulfilled })
    }

    #[test]
    fn a_table_that_is_throttled_is_not_taken_for_others_who_write() {
        for code in THROTTLES {
            assert_eq!(outcome(&["None", code, "None"]).unwrap(), None);
        }
        let unfulfilled = outcome(&["None", "ThrottlingError", "ConditionalCheckFailed"]);
        assert_eq!(unfulfilled.unwrap(), not_done(Some(2)));
        let in_the_way = outcome(&["TransactionConflict", "ThrottlingError"]);
        assert_eq!(in_the_way.unwrap(), not_done(None));
    }

    #[test]
    fn a_write_that_can_never_be_done_is_told_whatever_else_is_a_reason() {
        let refused = outcome(&["ThrottlingError", "None", "ValidationError"]);
        assert!(matches!(refused, Err(Failure::Call(_))), "{refused:?}");
    }

    #[test]
    fn a_transaction_that_is_cancelled_for_no_reason_is_read_anew() {
        assert_eq!(outcome(&[]).unwrap(), not_done(None));
    }
}
