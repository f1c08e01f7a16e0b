//! Where each item lies in the table.
//!
//! One table, two text keys: `pk`, the partition, and `sk`, the place in it. All that a converge needs of a target lies in one partition, in an order in which
//! one query brings the changes since a time and everything that is in force, and nothing that is over:
//!
//! | `pk` | `sk` | what |
//! |---|---|---|
//! | `target#…` | `0#…` | a hold that ended |
//! | | `1#time#…` | a change that is known to be done |
//! | | `2#hold#…`, `2#image#…`, `2#own#…`, `2#spare#…`, `2#lease`, `2#state` | what is in force |
//! | `targets` | the target | that there is something there, and whether it is unfinished |
//! | `hold#…` | `hold` | where the hold with this number is |
//! | `ends` | time | the holds that end by themselves, by their ends |
//! | `prefix#…` | hold | what was done about a prefix |
//! | `remedies#…` | time | the holds of an account and region that deny nothing, by their beginnings |
//! | `change#…` | `change` | a change that was begun |
//! | `delivery#…` | `state`, `body#…`, `report#…` | a delivery |
//! | `feedback#…` | `feedback` | what a detector is to be told, or was |
//! | `owed`, `given-up` | time | the feedback that waits, by the time before which it is not told, and that was given up |
//! | `note#budget`, `note#approval`, `note#sighting#…` | name | what the host remembers beside them |
//! | `waiting` | time | the deliveries that wait, by the time before which they are not tried |
//! | `chains` | the chain | how far a chain of the ledger goes |
//! | `chain#…` | number | a link of it |
//! | `global` | `pause`, `pardon#…`, `touch`, `lengths` | what bears on all targets |
//! | `counter` | `holds` | the last number of a hold |

mod delivery;
mod feedback;
mod ledger;
mod target;

use ipnet::IpNet;
use jiff::Timestamp;

pub(super) use self::{
    delivery::{all_waiting, delivery, part, received, waiting, waiting_until, whole_delivery},
    feedback::{all_given_up, feedback, given_up, owed, owed_until},
    ledger::{CHAIN, all_chains, chain, link, links_after, links_until, number_of_link},
    target::{
        ENDED, HOLD, IMAGE, LEASE, MADE, OWN, SPARE, STATE, all_ended, ended, hold, holds, image, in_force, lease,
        made, own, situation, spare, state, target_word,
    },
};
use super::super::{ChangeId, HoldId, NoteKind, Target};
use crate::cloud::CloudPlace;

/// The key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// The partition.
    pub(super) pk: String,
    /// The place in it.
    pub(super) sk: String,
}

/// Some items of a partition that lie next to one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Range {
    /// All.
    All(String),
    /// Those at a place and behind it.
    From(Key),
    /// Those at a place and before it.
    UpTo(Key),
    /// Those whose place begins so.
    Prefix(Key),
}

impl Range {
    /// The partition.
    pub(super) fn partition(&self) -> &str {
        match self {
            Self::All(pk) => pk,
            Self::From(key) | Self::UpTo(key) | Self::Prefix(key) => &key.pk,
        }
    }
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key {
        pk: pk.into(),
        sk: sk.into(),
    }
}

/// A number as a text that sorts as the number does.
fn sortable(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

/// A time as a text that sorts as the time does.
fn at(time: Timestamp) -> String {
    sortable(time.as_millisecond())
}

/// A time out of such a text.
fn time(text: &str) -> Option<Timestamp> {
    let number = u64::from_str_radix(text, 16).ok()? ^ (1 << 63);
    Timestamp::from_millisecond(number.cast_signed()).ok()
}

/// That there is something at a target.
pub(super) fn known(target: &Target) -> Key {
    key("targets", target_word(target))
}

/// All targets.
pub(super) fn all_known() -> Range {
    Range::All("targets".to_owned())
}

/// Where the hold with this number is.
pub(super) fn place_of(id: HoldId) -> Key {
    key(format!("hold#{}", id.0), "hold")
}

/// The end of a hold.
pub(super) fn end(until: Timestamp, id: HoldId) -> Key {
    key("ends", format!("{}#{}", at(until), sortable(id.0)))
}

/// When the hold ends whose end lies at a place, to the millisecond.
pub(super) fn time_of_end(end: &Key) -> Option<Timestamp> {
    time(end.sk.split('#').next()?)
}

/// The ends until a time, itself among them.
pub(super) fn ends_until(time: Timestamp) -> Range {
    Range::UpTo(key("ends", format!("{}#~", at(time))))
}

/// All ends.
pub(super) fn all_ends() -> Range {
    Range::All("ends".to_owned())
}

/// What a hold did about a prefix.
pub(super) fn about(prefix: IpNet, id: HoldId) -> Key {
    key(format!("prefix#{}", prefix.trunc()), sortable(id.0))
}

/// What was done about a prefix.
pub(super) fn all_about(prefix: IpNet) -> Range {
    Range::All(format!("prefix#{}", prefix.trunc()))
}

/// That a hold that denies nothing began.
pub(super) fn remedy(place: &CloudPlace, since: Timestamp, id: HoldId) -> Key {
    key(remedies(place), format!("{}#{}", at(since), sortable(id.0)))
}

/// The holds of an account and region that deny nothing and began since a time.
pub(super) fn remedies_since(place: &CloudPlace, since: Timestamp) -> Range {
    Range::From(key(remedies(place), at(since)))
}

fn remedies(place: &CloudPlace) -> String {
    format!("remedies#{}#{}", place.account, place.region)
}

/// A change that was begun.
pub(super) fn change(id: ChangeId) -> Key {
    key(format!("change#{}", id.0), "change")
}

/// How the partition of notes begins.
pub(super) const NOTE: &str = "note#";

/// A note. Those that are not listed have a partition each.
pub(super) fn note(kind: NoteKind, name: &str) -> Key {
    match kind {
        NoteKind::Sighting => key(format!("{NOTE}{kind}#{name}"), name),
        NoteKind::Budget | NoteKind::Approval => key(format!("{NOTE}{kind}"), name),
    }
}

/// The notes of a kind that is listed.
pub(super) fn notes(kind: NoteKind) -> Range {
    Range::All(format!("{NOTE}{kind}"))
}

/// The pause.
pub(super) fn pause() -> Key {
    key("global", "pause")
}

/// A pardon.
pub(super) fn pardon(prefix: IpNet) -> Key {
    key("global", format!("pardon#{}", prefix.trunc()))
}

/// The pardons.
pub(super) fn pardons() -> Range {
    Range::Prefix(key("global", "pardon#"))
}

/// How often all targets were to be touched, and how often they were.
pub(super) fn touch() -> Key {
    key("global", "touch")
}

/// How long the prefixes are that were ever denied.
pub(super) fn lengths() -> Key {
    key("global", "lengths")
}

/// All that bears on all targets.
pub(super) fn global() -> Range {
    Range::All("global".to_owned())
}

/// All of a partition.
pub(super) fn whole_partition(pk: &str) -> Range {
    Range::All(pk.to_owned())
}

/// Where nothing ever lies: what the doctor asks for.
pub(super) fn probe() -> Key {
    key("doctor", "nothing")
}

/// The last number of a hold.
pub(super) fn last_hold() -> Key {
    key("counter", "holds")
}

#[cfg(test)]
mod tests;
