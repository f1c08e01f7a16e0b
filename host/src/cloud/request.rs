//! AWS's number of a request, by which a change of ours is found in CloudTrail.
//!
//! It travels back with the task, as [`super::Cause`] travels there, and not through every function between a change and a call.

use std::{cell::RefCell, fmt};

use serde::{Deserialize, Serialize};

tokio::task_local! {
    static LAST: RefCell<Option<RequestId>>;
}

/// How the numbers of a simulated account begin. They are in no CloudTrail.
const SIMULATED: &str = "simulated-";

/// The most characters of it that are believed. AWS's have 36.
const MOST: usize = 128;

/// AWS's number of a request: `requestID` in CloudTrail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// The number that an answer says it has; None if it is none.
    pub fn said(text: &str) -> Option<Self> {
        let is_one = !text.is_empty() && text.len() <= MOST && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_one.then(|| Self(text.to_owned()))
    }

    /// Does `work`, and gives the number of the last request in it that was answered, whatever the answer.
    pub async fn of_last<F: Future>(work: F) -> (F::Output, Option<Self>) {
        LAST.scope(RefCell::new(None), async {
            let done = work.await;
            (done, LAST.with(RefCell::take))
        })
        .await
    }

    /// Notes that a request of this task was answered.
    pub(super) fn note(answered: Option<Self>) {
        // Who does not ask is not told.
        let _ = LAST.try_with(|last| last.replace(answered));
    }

    /// The number of a simulated account's request.
    pub(super) fn simulated(number: usize) -> Self {
        Self(format!("{SIMULATED}{number:06}"))
    }

    /// Whether AWS gave it, so that CloudTrail knows it.
    pub fn is_of_aws(&self) -> bool {
        !self.0.starts_with(SIMULATED)
    }

    /// It as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_number_is_the_one_that_counts_and_only_within_the_work() {
        let ((), last) = RequestId::of_last(async {
            RequestId::note(RequestId::said("first"));
            RequestId::note(RequestId::said("second"));
        })
        .await;
        assert_eq!(last, RequestId::said("second"));
        RequestId::note(RequestId::said("nobody asks"));
        assert_eq!(RequestId::of_last(async {}).await.1, None);
    }

    #[test]
    fn what_is_no_number_is_not_believed() {
        for wrong in ["", "a b", "a\nb", "é", &"x".repeat(129)] {
            assert_eq!(RequestId::said(wrong), None, "{wrong:?}");
        }
    }
}
