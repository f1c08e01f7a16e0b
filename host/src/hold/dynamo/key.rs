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

use ipnet::IpNet;
use jiff::Timestamp;

use super::super::{ChangeId, DeliveryId, FeedbackId, HoldId, NoteKind, Remedy, Target, ledger::Chain};
use crate::cloud::{CloudPlace, Entry};

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

/// How the place of what must stay reachable begins.
pub(super) const SPARE: &str = "2#spare#";
/// How the place of a hold in force begins.
pub(super) const HOLD: &str = "2#hold#";
/// How the place of a before-image begins.
pub(super) const IMAGE: &str = "2#image#";
/// How the place of an entry that is ours begins.
pub(super) const OWN: &str = "2#own#";
/// How the place of a change that is known to be done begins.
pub(super) const MADE: &str = "1#";
/// How the place of a hold that ended begins.
pub(super) const ENDED: &str = "0#";
/// The place of a target's state.
pub(super) const STATE: &str = "2#state";
/// The place of a target's lease.
pub(super) const LEASE: &str = "2#lease";

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

/// A target in one word.
pub(super) fn target_word(target: &Target) -> String {
    format!("{}#{}#{}", target.account, target.region, target.resource)
}

fn partition(target: &Target) -> String {
    format!("target#{}", target_word(target))
}

/// A hold in force.
pub(super) fn hold(target: &Target, remedy: &Remedy) -> Key {
    let direction = remedy.denial().map_or("", |denial| denial.direction.name());
    key(partition(target), format!("{HOLD}{}#{direction}", remedy.subject()))
}

/// The holds in force of a target.
pub(super) fn holds(target: &Target) -> Range {
    Range::Prefix(key(partition(target), HOLD))
}

/// A hold that ended.
pub(super) fn ended(target: &Target, id: HoldId) -> Key {
    key(partition(target), format!("{ENDED}{}", sortable(id.0)))
}

/// The holds of a target that ended.
pub(super) fn all_ended(target: &Target) -> Range {
    Range::Prefix(key(partition(target), ENDED))
}

/// A change that is known to be done.
pub(super) fn made(target: &Target, at_time: Timestamp, id: ChangeId) -> Key {
    key(partition(target), format!("{MADE}{}#{}", at(at_time), sortable(id.0)))
}

/// The changes since a time, and everything that is in force.
pub(super) fn situation(target: &Target, since: Timestamp) -> Range {
    Range::From(key(partition(target), format!("{MADE}{}", at(since))))
}

/// Everything that is in force.
pub(super) fn in_force(target: &Target) -> Range {
    Range::Prefix(key(partition(target), "2#"))
}

/// A before-image.
pub(super) fn image(target: &Target, part: &str) -> Key {
    key(partition(target), format!("{IMAGE}{part}"))
}

/// An entry that is ours.
pub(super) fn own(target: &Target, entry: &Entry, written: &str) -> Key {
    let direction = entry.direction.name();
    key(
        partition(target),
        format!("{OWN}{direction}#{:05}#{written}", entry.number),
    )
}

/// What must stay reachable around a target.
pub(super) fn spare(target: &Target, prefix: IpNet) -> Key {
    key(partition(target), format!("{SPARE}{}", prefix.trunc()))
}

/// Who may write to a target.
pub(super) fn lease(target: &Target) -> Key {
    key(partition(target), LEASE)
}

/// Which revision of its holds a target has, and which it follows.
pub(super) fn state(target: &Target) -> Key {
    key(partition(target), STATE)
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

/// How a delivery stands.
pub(super) fn delivery(id: &DeliveryId) -> Key {
    key(format!("delivery#{id}"), "state")
}

/// A delivery with its body and its report.
pub(super) fn whole_delivery(id: &DeliveryId) -> Range {
    Range::All(format!("delivery#{id}"))
}

/// All of a partition.
pub(super) fn whole_partition(pk: &str) -> Range {
    Range::All(pk.to_owned())
}

/// A part of a long text of a delivery.
pub(super) fn part(id: &DeliveryId, what: &str, index: usize) -> Key {
    key(format!("delivery#{id}"), format!("{what}#{index:03}"))
}

/// That a delivery waits.
pub(super) fn waiting(id: &DeliveryId, not_before: Timestamp, received: Timestamp) -> Key {
    key("waiting", format!("{}#{}#{id}", at(not_before), at(received)))
}

/// When a delivery that waits was received, by the key that says so.
pub(super) fn received(waiting: &Key) -> Option<Timestamp> {
    time(waiting.sk.split('#').nth(1)?)
}

/// The deliveries that wait and whose time has come.
pub(super) fn waiting_until(time: Timestamp) -> Range {
    Range::UpTo(key("waiting", format!("{}#~", at(time))))
}

/// All deliveries that wait.
pub(super) fn all_waiting() -> Range {
    Range::All("waiting".to_owned())
}

/// What a detector is to be told, or was.
pub(super) fn feedback(id: &FeedbackId) -> Key {
    key(format!("feedback#{id}"), "feedback")
}

/// That feedback waits.
pub(super) fn owed(not_before: Timestamp, id: &FeedbackId) -> Key {
    key("owed", format!("{}#{id}", at(not_before)))
}

/// The feedback that waits and whose time has come.
pub(super) fn owed_until(time: Timestamp) -> Range {
    Range::UpTo(key("owed", format!("{}#~", at(time))))
}

/// That feedback was given up.
pub(super) fn given_up(owed: Timestamp, id: &FeedbackId) -> Key {
    key("given-up", format!("{}#{id}", at(owed)))
}

/// All feedback that was given up.
pub(super) fn all_given_up() -> Range {
    Range::All("given-up".to_owned())
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

/// Where nothing ever lies: what the doctor asks for.
pub(super) fn probe() -> Key {
    key("doctor", "nothing")
}

/// How the partition of a chain's links begins.
pub(super) const CHAIN: &str = "chain#";

/// How far a chain of the ledger goes.
pub(super) fn chain(chain: &Chain) -> Key {
    key("chains", chain.as_str())
}

/// All chains.
pub(super) fn all_chains() -> Range {
    Range::All("chains".to_owned())
}

/// A link of a chain. As text its number has 16 hexadecimal digits.
pub(super) fn link(chain: &Chain, number: u64) -> Key {
    key(format!("{CHAIN}{chain}"), format!("{number:016x}"))
}

/// The number of a link, by its key.
pub(super) fn number_of_link(key: &Key) -> Option<u64> {
    u64::from_str_radix(&key.sk, 16).ok()
}

/// The links of a chain behind one.
pub(super) fn links_after(chain: &Chain, after: u64) -> Range {
    Range::From(link(chain, after.saturating_add(1)))
}

/// The links of a chain up to one, itself among them.
pub(super) fn links_until(chain: &Chain, last: u64) -> Range {
    Range::UpTo(link(chain, last))
}

/// The last number of a hold.
pub(super) fn last_hold() -> Key {
    key("counter", "holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_texts_as_they_do_as_numbers() {
        let mut numbers = [i64::MIN, -5, -1, 0, 1, 9, 10, 1_893_456_000_000, i64::MAX];
        numbers.reverse();
        let mut texts = numbers.map(sortable);
        texts.sort();
        numbers.sort_unstable();
        assert_eq!(texts, numbers.map(sortable));
    }

    #[test]
    fn when_a_delivery_came_stands_in_the_key_by_which_it_waits() {
        let (not_before, came) = (
            Timestamp::from_second(300).unwrap(),
            Timestamp::from_second(-100).unwrap(),
        );
        let key = waiting(&DeliveryId::read("sqs-a#b"), not_before, came);
        assert_eq!(received(&key), Some(came));
    }

    #[test]
    fn one_query_has_what_is_recent_and_in_force_and_nothing_that_is_over() {
        let target = Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: "acl-0a1b2c3d".parse().unwrap(),
        };
        let second = |second| Timestamp::from_second(second).unwrap();
        let Range::From(from) = situation(&target, second(100)) else {
            panic!("it has a beginning");
        };
        assert!(ended(&target, HoldId(i64::MAX)) < from);
        assert!(made(&target, second(99), ChangeId(i64::MAX)) < from);
        assert!(made(&target, second(100), ChangeId(i64::MIN)) >= from);
        assert!(state(&target) >= from && lease(&target) >= from);
    }

    #[test]
    fn what_ends_at_a_time_is_over_at_that_time() {
        let second = Timestamp::from_second(100).unwrap();
        let Range::UpTo(last) = ends_until(second) else {
            panic!("it has an end");
        };
        assert!(end(second, HoldId(i64::MAX)) <= last);
        let next = second.checked_add(jiff::SignedDuration::from_millis(1)).unwrap();
        assert!(end(next, HoldId(i64::MIN)) > last);
    }
}
