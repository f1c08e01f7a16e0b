//! The journal as the rest of the host sees it.

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Admission, Change, ChangeId, Coverage, Delivery, DeliveryId, DeliveryState, EndReason, Hold, HoldId, Intent,
    JournalError, Target, change::OwnEntry,
};
use crate::fact::History;

/// Which holds to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldFilter {
    /// Ended ones too.
    pub ended: bool,
    /// Only those on this target.
    pub target: Option<Target>,
}

/// The durable store of deliveries, holds and changes. What a method has returned `Ok` for survives a crash of the process and of the machine.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Takes a delivery in, unless it was seen before or `most_waiting` others wait.
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError>;

    /// Up to `most` deliveries that wait and whose time has come, oldest first.
    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError>;

    /// Notes that work on a delivery begins, before it does, so that a delivery which brings the process down is not tried for ever. Returns
    /// how many attempts there have been, this one included.
    async fn attempt(&self, id: &DeliveryId) -> Result<u32, JournalError>;

    /// Says what became of a delivery.
    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError>;

    /// One delivery, if it is known.
    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError>;

    /// Puts holds in force, all or none: a new hold, or an extension of the one that is in force for the same (target, prefix, direction).
    /// An extension never shortens. The same delivery twice counts as one offence. Returns them as they are now.
    async fn put_in_force(
        &self,
        intents: &[Intent],
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Vec<Hold>, JournalError>;

    /// Holds, by id. Those whose time is up but that were not ended yet count as in force.
    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError>;

    /// Ends a hold that is in force.
    async fn end(&self, id: HoldId, why: EndReason, at: Timestamp) -> Result<Hold, JournalError>;

    /// Ends all holds whose time is up, and returns them.
    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError>;

    /// When the next hold in force ends by itself.
    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError>;

    /// Targets whose holds changed since they were last converged.
    async fn unfinished(&self) -> Result<Vec<Target>, JournalError>;

    /// Targets with a hold in force or an entry of ours.
    async fn targets(&self) -> Result<Vec<Target>, JournalError>;

    /// What the journal knows of one target, read at one moment.
    async fn situation(&self, target: &Target, now: Timestamp) -> Result<Situation, JournalError>;

    /// Notes that a target does what its holds said in `revision`, and how each of them is covered. If the holds changed meanwhile the
    /// target stays unfinished.
    async fn converged(
        &self,
        target: &Target,
        revision: Revision,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError>;

    /// Notes a change before it is made.
    async fn begin(&self, target: &Target, change: &Change, now: Timestamp) -> Result<ChangeId, JournalError>;

    /// Notes how a change ended.
    async fn finish(&self, id: ChangeId, end: &ChangeEnd, now: Timestamp) -> Result<(), JournalError>;

    /// Forgets an entry that was ours and is known not to be there any more.
    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError>;

    /// What was done about an address before.
    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError>;
}

/// Counts the changes of a target's holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Revision(pub i64);

/// What the journal knows of one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Situation {
    /// Its holds in force, by id.
    pub holds: Vec<Hold>,
    /// The entries of its ACL that are ours, begun ones included.
    pub own: Vec<OwnEntry>,
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
