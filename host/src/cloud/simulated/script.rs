//! What a test can arrange and see: calls that fail, and the calls that were made.

use std::{collections::VecDeque, fmt};

use crate::cloud::{call::Call, error::Fault};

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// Which call.
    pub call: Call,
    /// What it was about, such as `acl-0a1b2c3d ingress 99 deny 198.51.100.7/32`.
    pub about: String,
    /// Whether it was answered with an error.
    pub failed: bool,
}

impl fmt::Display for LoggedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.call, self.about)?;
        if self.failed {
            formatter.write_str(" (failed)")?;
        }
        Ok(())
    }
}

/// Whether a failing call does its work all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// It fails and nothing is done.
    Before,
    /// It is done, and then it fails: the answer was lost.
    After,
}

/// Failures that are still to come, in order.
#[derive(Debug, Default)]
pub(super) struct Failures(VecDeque<Failing>);

#[derive(Debug)]
struct Failing {
    call: Call,
    /// How many calls of this kind work before.
    after: usize,
    when: When,
    fault: Fault,
}

impl Failures {
    /// Adds one behind the others.
    pub(super) fn add(&mut self, call: Call, when: When, fault: Fault) {
        self.add_after(0, call, when, fault);
    }

    /// Adds one behind the others, which lets some calls of its kind work first.
    pub(super) fn add_after(&mut self, after: usize, call: Call, when: When, fault: Fault) {
        self.0.push_back(Failing {
            call,
            after,
            when,
            fault,
        });
    }

    /// Takes the next one of `call`.
    pub(super) fn take(&mut self, call: Call) -> Option<(When, Fault)> {
        let position = self.0.iter().position(|failing| failing.call == call)?;
        let failing = self.0.get_mut(position)?;
        if failing.after > 0 {
            failing.after -= 1;
            return None;
        }
        self.0.remove(position).map(|failing| (failing.when, failing.fault))
    }
}
