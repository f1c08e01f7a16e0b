//! Where what belongs to a target lies: in one partition, what is over before what is recent, and that before what is in force.

use ipnet::IpNet;
use jiff::Timestamp;

use super::{Key, Range, at, key, sortable};
use crate::{
    cloud::Entry,
    hold::{ChangeId, HoldId, Remedy, Target},
};

/// How the place of what must stay reachable begins.
pub(in crate::hold::dynamo) const SPARE: &str = "2#spare#";
/// How the place of a hold in force begins.
pub(in crate::hold::dynamo) const HOLD: &str = "2#hold#";
/// How the place of a before-image begins.
pub(in crate::hold::dynamo) const IMAGE: &str = "2#image#";
/// How the place of an entry that is ours begins.
pub(in crate::hold::dynamo) const OWN: &str = "2#own#";
/// How the place of a change that is known to be done begins.
pub(in crate::hold::dynamo) const MADE: &str = "1#";
/// How the place of a hold that ended begins.
pub(in crate::hold::dynamo) const ENDED: &str = "0#";
/// The place of a target's state.
pub(in crate::hold::dynamo) const STATE: &str = "2#state";
/// The place of a target's lease.
pub(in crate::hold::dynamo) const LEASE: &str = "2#lease";

/// A target in one word.
pub(in crate::hold::dynamo) fn target_word(target: &Target) -> String {
    format!("{}#{}#{}", target.account, target.region, target.resource)
}

fn partition(target: &Target) -> String {
    format!("target#{}", target_word(target))
}

/// A hold in force.
pub(in crate::hold::dynamo) fn hold(target: &Target, remedy: &Remedy) -> Key {
    let direction = remedy.denial().map_or("", |denial| denial.direction.name());
    key(partition(target), format!("{HOLD}{}#{direction}", remedy.subject()))
}

/// The holds in force of a target.
pub(in crate::hold::dynamo) fn holds(target: &Target) -> Range {
    Range::Prefix(key(partition(target), HOLD))
}

/// A hold that ended.
pub(in crate::hold::dynamo) fn ended(target: &Target, id: HoldId) -> Key {
    key(partition(target), format!("{ENDED}{}", sortable(id.0)))
}

/// The holds of a target that ended.
pub(in crate::hold::dynamo) fn all_ended(target: &Target) -> Range {
    Range::Prefix(key(partition(target), ENDED))
}

/// A change that is known to be done.
pub(in crate::hold::dynamo) fn made(target: &Target, at_time: Timestamp, id: ChangeId) -> Key {
    key(partition(target), format!("{MADE}{}#{}", at(at_time), sortable(id.0)))
}

/// The changes since a time, and everything that is in force. Its state stands behind all that it is the state of.
pub(in crate::hold::dynamo) fn situation(target: &Target, since: Timestamp) -> Range {
    Range::From(key(partition(target), format!("{MADE}{}", at(since))))
}

/// Everything that is in force.
pub(in crate::hold::dynamo) fn in_force(target: &Target) -> Range {
    Range::Prefix(key(partition(target), "2#"))
}

/// A before-image.
pub(in crate::hold::dynamo) fn image(target: &Target, part: &str) -> Key {
    key(partition(target), format!("{IMAGE}{part}"))
}

/// An entry that is ours.
pub(in crate::hold::dynamo) fn own(target: &Target, entry: &Entry, written: &str) -> Key {
    let direction = entry.direction.name();
    key(
        partition(target),
        format!("{OWN}{direction}#{:05}#{written}", entry.number),
    )
}

/// What must stay reachable around a target.
pub(in crate::hold::dynamo) fn spare(target: &Target, prefix: IpNet) -> Key {
    key(partition(target), format!("{SPARE}{}", prefix.trunc()))
}

/// Who may write to a target.
pub(in crate::hold::dynamo) fn lease(target: &Target) -> Key {
    key(partition(target), LEASE)
}

/// Which revision of its holds a target has, and which it follows.
pub(in crate::hold::dynamo) fn state(target: &Target) -> Key {
    key(partition(target), STATE)
}
