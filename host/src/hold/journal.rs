//! The journal as the rest of the host sees it.

use std::net::IpAddr;

use async_trait::async_trait;
use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    Admission, Attempt, Backlog, Change, ChangeId, Coverage, Delivery, DeliveryId, DeliveryState, EndReason, Feedback,
    Hold, HoldFilter, HoldId, Image, Intent, JournalError, KeptImage, Lease, Leasing, MadeChange, Note, NoteKind,
    OwnEntry, Owner, Pardon, Pause, Put, Spending, Target,
    archive::{Page, Place, Record},
    ledger::{Chain, ChainState, Link},
};
use crate::{cloud::RequestId, fact::History};

/// The durable store of deliveries, holds and changes. What a method has returned `Ok` for survives a crash of the process and of the machine.
///
/// Several holds at once ([`put_within`](Self::put_within), [`end`](Self::end), [`extend`](Self::extend)) are looked at first, and nothing is done if one of them can't be as it is asked to. Then a store does as many of them in one act as it
/// can, in the order in which they are given: a file all of them, a table as many as fit into a transaction, about ten. Who fails or dies in between leaves each hold as it was or as it was to be, never half: with its target unfinished, with
/// its record in the ledger, with what it is charged to. To ask again does the rest: for the same delivery, or for those that [`holds`](Self::holds) still has in force.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Takes a delivery in, unless it was seen before or `most_waiting` others wait.
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError>;

    /// Up to `most` deliveries that wait, whose time has come and on which nobody works, oldest first.
    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError>;

    /// How much waits, whether or not its time has come.
    async fn backlog(&self) -> Result<Backlog, JournalError>;

    /// Notes that work on a delivery begins, before it does, so that a delivery which brings the process down is not tried for ever. Until it is settled, or
    /// until `until` if its process dies, nobody else begins to work on it. Nobody begins to work on one that does not wait.
    async fn attempt(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Result<Attempt, JournalError>;

    /// Says what became of a delivery.
    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError>;

    /// One delivery, if it is known.
    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError>;

    /// Puts holds in force: a new hold, or an extension of the one that is in force for the same target and remedy.
    /// An extension never shortens. The same delivery twice counts as one offence. Returns them as they are now.
    async fn put_in_force(
        &self,
        intents: &[Intent],
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Vec<Hold>, JournalError> {
        let put = self.put_within(intents, &Spending::default(), delivery, now).await?;
        Ok(put.holds)
    }

    /// As [`Self::put_in_force`], but that what begins is charged to budgets, in the same act. What is too much is kept back, and the rest put in force; an extension
    /// is never too much. A budget that can't be read keeps all back.
    async fn put_within(
        &self,
        intents: &[Intent],
        spending: &Spending,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Put, JournalError>;

    /// Holds, by id. Those whose time is up but that were not ended yet count as in force.
    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError>;

    /// Ends holds that are in force. If one of them is not, [`JournalError::NoSuchHold`], and none ends. Returns them as they are now.
    async fn end(&self, ids: &[HoldId], why: EndReason, at: Timestamp) -> Result<Vec<Hold>, JournalError>;

    /// Gives holds that are in force a later end; None lets them last until released. An end that is not later than the present one of each is
    /// [`JournalError::NotLater`], and none is extended. Returns them as they are now.
    async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Result<Vec<Hold>, JournalError>;

    /// Ends all holds whose time is up, and returns them. Pardons whose time is up end as well.
    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError>;

    /// When the next hold in force or the next pardon ends by itself.
    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError>;

    /// Targets whose holds, or what bears on them (pardons, the pause), changed since they were last converged.
    async fn unfinished(&self) -> Result<Vec<Target>, JournalError>;

    /// Targets with a hold in force, an entry of ours, or a before-image.
    async fn targets(&self) -> Result<Vec<Target>, JournalError>;

    /// What the journal knows of one target, read at one moment; of the changes only those that were finished at or after `recent_since`.
    async fn situation(
        &self,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError>;

    /// As [`Self::situation`], for who knows how it was before. What bears on all targets need not be read again if the target was not touched since: who changes that touches all
    /// targets afterwards.
    async fn situation_after(
        &self,
        before: &Situation,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError>;

    /// Notes that a target does what its holds said in `revision`, and how each of them is covered. None if it does not yet: then it stays unfinished. If the holds changed meanwhile the
    /// target stays unfinished.
    async fn converged(
        &self,
        target: &Target,
        revision: Option<Revision>,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError>;

    /// Asks for the lease on a target until `until`: takes it if it is free or has ended, renews it if it is `owner`'s.
    async fn lease(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Leasing, JournalError>;

    /// Gives a lease back before it ends. If it is not its owner's any more, nothing happens.
    async fn give_back(&self, lease: &Lease) -> Result<(), JournalError>;

    /// The leases that have not ended at `now`.
    async fn leases(&self, now: Timestamp) -> Result<Vec<Lease>, JournalError>;

    /// Ends all leases, and all attempts that are under way. Only for the holder of the writer's lock, who knows that no other process lives.
    async fn break_leases(&self) -> Result<(), JournalError>;

    /// Notes a change of the lease's target before it is made. [`JournalError::LeaseLost`] if at `now` the lease has ended or is another's; then
    /// nothing is noted and nothing may be written.
    /// With it, in the same transaction, the image of what it changes, if it has one: it takes the place of an older image of the same part.
    async fn begin(
        &self,
        lease: &Lease,
        change: &Change,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<ChangeId, JournalError>;

    /// Notes how a change ended. The entry that it adds was ours, unconfirmed, since it began: done, it is confirmed and what the change
    /// removes is forgotten; refused, all is as it was before it began; unknown, both may be there and stay ours.
    /// With it the image as it is now, if it is another one, and AWS's number of the request, if an answer came.
    async fn finish(
        &self,
        id: ChangeId,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<(), JournalError>;

    /// Forgets an entry that was ours and is known not to be there any more.
    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError>;

    /// Forgets the before-image of a part that is as it was again, or is gone.
    async fn forget_image(&self, target: &Target, image: &Image) -> Result<(), JournalError>;

    /// What was done about an address before. Holds that began together, which are those that one delivery put on each ACL and in each
    /// direction, count as one, and their offences count once. What [`Self::prune`] removed is not known any more.
    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError>;

    /// Pardons a prefix. A second pardon of the same prefix takes the place of the first.
    async fn pardon(&self, pardon: &Pardon) -> Result<(), JournalError>;

    /// The pardons in force at `now`, by prefix.
    async fn pardons(&self, now: Timestamp) -> Result<Vec<Pardon>, JournalError>;

    /// Takes the pardon of a prefix back. Returns whether there was one.
    async fn end_pardon(&self, prefix: IpNet) -> Result<bool, JournalError>;

    /// Pauses. If it is paused already, only the reason changes.
    async fn pause(&self, pause: &Pause) -> Result<(), JournalError>;

    /// Ends the pause, and returns it if there was one.
    async fn resume(&self) -> Result<Option<Pause>, JournalError>;

    /// The pause, if it is paused.
    async fn paused(&self) -> Result<Option<Pause>, JournalError>;

    /// Notes what detectors are to be told. What is known already stays as it is.
    async fn owe(&self, feedback: &[Feedback]) -> Result<(), JournalError>;

    /// Up to `most` pieces of feedback that wait and whose time has come, oldest first.
    async fn owed(&self, now: Timestamp, most: u32) -> Result<Vec<Feedback>, JournalError>;

    /// Notes that a piece of feedback is about to be told once more, before it is; until `until` nobody else takes it up. False, and nothing is noted, if it is not as it
    /// is `known` any more: somebody else was faster.
    async fn take_up(&self, known: &Feedback, until: Timestamp) -> Result<bool, JournalError>;

    /// Says how a piece of feedback stands.
    async fn stand(&self, feedback: &Feedback) -> Result<(), JournalError>;

    /// Up to `most` pieces of feedback that were given up, the newest first.
    async fn given_up(&self, most: u32) -> Result<Vec<Feedback>, JournalError>;

    /// The chains of the ledger, by their names.
    async fn chains(&self) -> Result<Vec<ChainState>, JournalError>;

    /// Up to `most` links of a chain whose numbers are greater than `after`, in their order.
    async fn links(&self, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, JournalError>;

    /// A note, if it was ever written.
    async fn note(&self, kind: NoteKind, name: &str) -> Result<Option<Note>, JournalError>;

    /// All notes of a kind, by name. Those of [`NoteKind::Sighting`] are not listed.
    async fn notes(&self, kind: NoteKind) -> Result<Vec<Note>, JournalError>;

    /// Writes a note, if it has still the version that it was read with. False, and nothing is written, if somebody else was faster.
    async fn write_note(&self, note: &Note) -> Result<bool, JournalError>;

    /// A page of all that is kept, in no particular order; the first if `from` is None. Others may write meanwhile: who wants one moment sees to it that nobody does.
    async fn records(&self, from: Option<&Place>) -> Result<Page, JournalError>;

    /// Writes what another journal kept, numbers and all. Each target of it is unfinished then.
    async fn restore(&self, records: &[Record]) -> Result<(), JournalError>;

    /// Removes what ended before a time: settled deliveries that were received before, holds that ended before, changes that were finished (or, if a
    /// crash left them, begun) before, and what is kept only for the sake of those. Never a hold in force, a delivery that waits, or an entry of
    /// ours. One call removes at most [`Pruned::MOST`] of each, so that others need not wait long: call again while
    /// [`Pruned::is_more_left`].
    async fn prune(&self, ended_before: Timestamp) -> Result<Pruned, JournalError>;
}

/// Tells one state of a target's holds from a later one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision(pub i64);

/// What the journal knows of one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Situation {
    /// Its holds in force, by id.
    pub holds: Vec<Hold>,
    /// If it is a network ACL, its entries that are ours, begun ones included.
    pub own: Vec<OwnEntry>,
    /// How the parts of it that we changed were before, by part.
    pub images: Vec<KeptImage>,
    /// Changes that are known to be done, oldest first: AWS may not show them yet.
    pub recent: Vec<MadeChange>,
    /// What must stay reachable: no aggregate may cover any of it.
    pub spare: Vec<IpNet>,
    /// The pardons in force, for all targets.
    pub pardons: Vec<Pardon>,
    /// Whether Quell is paused.
    pub paused: bool,
    /// Which revision of its holds this is.
    pub revision: Revision,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeEnd {
    /// It is done, or was done already.
    Done,
    /// It was refused and nothing was written.
    Refused(String),
    /// It is not known whether it was done: the answer did not come.
    Unknown(String),
}

impl ChangeEnd {
    /// It in one word, as the journal has it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused(_) => "refused",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why, unless it is done.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Done => None,
            Self::Refused(detail) | Self::Unknown(detail) => Some(detail),
        }
    }
}

/// How much was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Deliveries.
    pub deliveries: u64,
    /// Holds.
    pub holds: u64,
    /// Changes.
    pub changes: u64,
}

impl Pruned {
    /// How many of each one call removes at most.
    pub const MOST: u64 = 1_000;

    /// Whether there may be more to remove.
    pub fn is_more_left(&self) -> bool {
        [self.deliveries, self.holds, self.changes].contains(&Self::MOST)
    }
}
