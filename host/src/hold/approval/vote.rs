//! A person's word.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ApprovalId, PendingState};
use crate::{
    alert::printable::moves_a_cursor,
    exit::{Classified, Exit},
};

/// The longest name and the longest reason, in characters.
const LONGEST_NAME: usize = 64;
const LONGEST_REASON: usize = 200;

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// It shall be done.
    Approve,
    /// It shall not.
    Reject,
}

impl Act {
    /// As a person types it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

/// How a person said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By an order: `quell approve`, or `POST /orders`.
    Order,
    /// By a link.
    Link,
}

/// Who said what, when, why and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Vote {
    /// Who, by the name that they gave.
    pub by: String,
    /// What.
    pub act: Act,
    /// Why, in their words; may be empty.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// By an order or by a link.
    pub how: How,
}

/// Why a word does not count. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// There is no such thing.
    #[error("nothing waits as {0}; `quell approvals` lists what does")]
    Unknown(ApprovalId),
    /// It is decided.
    #[error("{id} does not wait any more: {}", state.told())]
    Over {
        /// Its name.
        id: ApprovalId,
        /// What became of it.
        state: PendingState,
    },
    /// It is another plan now.
    #[error("what {0} stands for has changed since, so this says nothing about it; look at `quell approvals` again")]
    OtherPlan(ApprovalId),
    /// The same person twice.
    #[error("{by} has approved of {id} already; it needs another person")]
    SamePerson {
        /// Its name.
        id: ApprovalId,
        /// Who.
        by: String,
    },
    /// The link was used.
    #[error("this link was used already; each is good for one time")]
    UsedLink,
    /// The name can't be shown in a line.
    #[error("a name is one line of 1 to {LONGEST_NAME} characters: say who you are with --as")]
    Name,
    /// The reason can't be shown in a line.
    #[error("a reason is one line of at most {LONGEST_REASON} characters")]
    Reason,
}

impl Classified for VoteError {
    fn exit(&self) -> Exit {
        match self {
            Self::Unknown(_) | Self::Over { .. } => Exit::NotFound,
            Self::OtherPlan(_) | Self::SamePerson { .. } | Self::UsedLink | Self::Name | Self::Reason => Exit::Usage,
        }
    }
}

impl Vote {
    /// A person's word, if name and reason can be shown in a line.
    pub fn new(by: &str, act: Act, reason: &str, at: Timestamp, how: How) -> Result<Self, VoteError> {
        let (by, reason) = (by.trim(), reason.trim());
        let is_line = |text: &str, longest| text.chars().count() <= longest && !text.chars().any(moves_a_cursor);
        if by.is_empty() || !is_line(by, LONGEST_NAME) {
            return Err(VoteError::Name);
        }
        if !is_line(reason, LONGEST_REASON) {
            return Err(VoteError::Reason);
        }
        Ok(Self {
            by: by.to_owned(),
            act,
            reason: reason.to_owned(),
            at,
            how,
        })
    }

    /// Whether it is the same person's, however they write their name: letters and digits count, and what can't be seen makes no other person.
    pub(super) fn is_by(&self, name: &str) -> bool {
        let letters = |name: &str| {
            let letters = name.chars().filter(|character| character.is_alphanumeric());
            letters.flat_map(char::to_lowercase).collect::<String>()
        };
        letters(&self.by) == letters(name)
    }
}
