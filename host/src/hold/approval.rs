//! Approval: holds that wait until people approve of them.
//!
//! What waits is no hold: it lies apart, and no converge sees it. It is known by its plan, so that whoever approves approves of that and of nothing else. Everything here is pure.

mod digest;
mod pending;
mod rule;
mod token;
mod vote;

pub use self::{
    digest::{ApprovalId, plan_of},
    pending::{Link, Pending, PendingState, Round, subject_of},
    rule::{ApprovalRule, HeldKind},
    token::{LinkError, LinkKey, LinkToken},
    vote::{Act, How, Vote, VoteError},
};

#[cfg(test)]
mod tests;
