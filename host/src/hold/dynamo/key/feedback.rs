//! Where it lies what detectors are to be told.

use jiff::Timestamp;

use super::{Key, Range, at, key};
use crate::hold::FeedbackId;

/// What a detector is to be told, or was.
pub(in crate::hold::dynamo) fn feedback(id: &FeedbackId) -> Key {
    key(format!("feedback#{id}"), "feedback")
}

/// That feedback waits.
pub(in crate::hold::dynamo) fn owed(not_before: Timestamp, id: &FeedbackId) -> Key {
    key("owed", format!("{}#{id}", at(not_before)))
}

/// The feedback that waits and whose time has come.
pub(in crate::hold::dynamo) fn owed_until(time: Timestamp) -> Range {
    Range::UpTo(key("owed", format!("{}#~", at(time))))
}

/// That feedback was given up.
pub(in crate::hold::dynamo) fn given_up(owed: Timestamp, id: &FeedbackId) -> Key {
    key("given-up", format!("{}#{id}", at(owed)))
}

/// All feedback that was given up.
pub(in crate::hold::dynamo) fn all_given_up() -> Range {
    Range::All("given-up".to_owned())
}
