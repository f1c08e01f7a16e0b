//! Where deliveries lie, and that they wait.

use jiff::Timestamp;

use super::{Key, Range, at, key, time};
use crate::hold::DeliveryId;

/// How a delivery stands.
pub(in crate::hold::dynamo) fn delivery(id: &DeliveryId) -> Key {
    key(format!("delivery#{id}"), "state")
}

/// A delivery with its body and its report.
pub(in crate::hold::dynamo) fn whole_delivery(id: &DeliveryId) -> Range {
    Range::All(format!("delivery#{id}"))
}

/// A part of a long text of a delivery.
pub(in crate::hold::dynamo) fn part(id: &DeliveryId, what: &str, index: usize) -> Key {
    key(format!("delivery#{id}"), format!("{what}#{index:03}"))
}

/// That a delivery waits.
pub(in crate::hold::dynamo) fn waiting(id: &DeliveryId, not_before: Timestamp, received: Timestamp) -> Key {
    key("waiting", format!("{}#{}#{id}", at(not_before), at(received)))
}

/// When a delivery that waits was received, by the key that says so.
pub(in crate::hold::dynamo) fn received(waiting: &Key) -> Option<Timestamp> {
    time(waiting.sk.split('#').nth(1)?)
}

/// The deliveries that wait and whose time has come.
pub(in crate::hold::dynamo) fn waiting_until(time: Timestamp) -> Range {
    Range::UpTo(key("waiting", format!("{}#~", at(time))))
}

/// All deliveries that wait.
pub(in crate::hold::dynamo) fn all_waiting() -> Range {
    Range::All("waiting".to_owned())
}
