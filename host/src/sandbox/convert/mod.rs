//! Between the words of the contract and those of the host. Pure.

pub(super) mod alert;

pub(super) mod decision;
pub(super) mod description;
pub(super) mod fact;
pub(super) mod passed;
pub(super) mod reader;

use jiff::Timestamp;

use super::bindings::quell::plugin::types::Instant;

/// The contract's instant. None before 1970, which it can't say.
fn instant(time: Timestamp) -> Option<Instant> {
    u64::try_from(time.as_millisecond()).ok()
}
