//! A journal without holds, in memory: what is measured is the way of an alert, not SQLite.

use std::net::IpAddr;

use async_trait::async_trait;
use ipnet::IpNet;
use jiff::Timestamp;
use quell::{
    cloud::RequestId,
    fact::History,
    hold::{
        Admission, Attempt, Backlog, Change, ChangeEnd, ChangeId, Coverage, Delivery, DeliveryId, DeliveryState,
        EndReason, Feedback, Hold, HoldFilter, HoldId, Image, Intent, Journal, JournalError, Lease, Leasing, Note,
        NoteKind, OwnEntry, Owner, Pardon, Pause, Pruned, Put, Revision, Situation, Spending, Target,
        archive::{Page, Place, Record},
        ledger::{Chain, ChainState, Link},
    },
};

/// There are no holds, and nobody may write any: an explained alert does not.
pub(crate) struct NoHolds;

#[async_trait]
impl Journal for NoHolds {
    async fn situation(&self, _: &Target, _: Timestamp, _: Timestamp) -> Result<Situation, JournalError> {
        Ok(Situation::default())
    }

    async fn situation_after(
        &self,
        _: &Situation,
        _: &Target,
        _: Timestamp,
        _: Timestamp,
    ) -> Result<Situation, JournalError> {
        Ok(Situation::default())
    }

    async fn history(&self, _: IpAddr, _: Timestamp) -> Result<History, JournalError> {
        Ok(History::default())
    }

    async fn holds(&self, _: &HoldFilter) -> Result<Vec<Hold>, JournalError> {
        Ok(Vec::new())
    }

    async fn unfinished(&self) -> Result<Vec<Target>, JournalError> {
        Ok(Vec::new())
    }

    async fn targets(&self) -> Result<Vec<Target>, JournalError> {
        Ok(Vec::new())
    }

    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError> {
        Ok(None)
    }

    async fn waiting(&self, _: Timestamp, _: u32) -> Result<Vec<Delivery>, JournalError> {
        Ok(Vec::new())
    }

    async fn backlog(&self) -> Result<Backlog, JournalError> {
        Ok(Backlog::default())
    }

    async fn delivery(&self, _: &DeliveryId) -> Result<Option<Delivery>, JournalError> {
        Ok(None)
    }

    async fn expire(&self, _: Timestamp) -> Result<Vec<Hold>, JournalError> {
        Ok(Vec::new())
    }

    async fn owed(&self, _: Timestamp, _: u32) -> Result<Vec<Feedback>, JournalError> {
        Ok(Vec::new())
    }

    async fn given_up(&self, _: u32) -> Result<Vec<Feedback>, JournalError> {
        Ok(Vec::new())
    }

    async fn note(&self, _: NoteKind, _: &str) -> Result<Option<Note>, JournalError> {
        Ok(None)
    }

    async fn notes(&self, _: NoteKind) -> Result<Vec<Note>, JournalError> {
        Ok(Vec::new())
    }

    async fn write_note(&self, _: &Note) -> Result<bool, JournalError> {
        Err(JournalError::Gone)
    }

    async fn owe(&self, _: &[Feedback]) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn take_up(&self, _: &Feedback, _: Timestamp) -> Result<bool, JournalError> {
        Err(JournalError::Gone)
    }

    async fn stand(&self, _: &Feedback) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn admit(&self, _: &Delivery, _: u32) -> Result<Admission, JournalError> {
        Err(JournalError::Gone)
    }

    async fn attempt(&self, _: &DeliveryId, _: Timestamp, _: Timestamp) -> Result<Attempt, JournalError> {
        Err(JournalError::Gone)
    }

    async fn settle(&self, _: &DeliveryId, _: DeliveryState, _: &str) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn put_within(&self, _: &[Intent], _: &Spending, _: &DeliveryId, _: Timestamp) -> Result<Put, JournalError> {
        Err(JournalError::Gone)
    }

    async fn end(&self, _: &[HoldId], _: EndReason, _: Timestamp) -> Result<Vec<Hold>, JournalError> {
        Err(JournalError::Gone)
    }

    async fn converged(&self, _: &Target, _: Option<Revision>, _: &[(HoldId, Coverage)]) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn extend(&self, _: &[HoldId], _: Option<Timestamp>) -> Result<Vec<Hold>, JournalError> {
        Err(JournalError::Gone)
    }

    async fn lease(&self, _: &Target, _: &Owner, _: Timestamp, _: Timestamp) -> Result<Leasing, JournalError> {
        Err(JournalError::Gone)
    }

    async fn give_back(&self, _: &Lease) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn leases(&self, _: Timestamp) -> Result<Vec<Lease>, JournalError> {
        Ok(Vec::new())
    }

    async fn break_leases(&self) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn pardon(&self, _: &Pardon) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn pardons(&self, _: Timestamp) -> Result<Vec<Pardon>, JournalError> {
        Ok(Vec::new())
    }

    async fn end_pardon(&self, _: IpNet) -> Result<bool, JournalError> {
        Err(JournalError::Gone)
    }

    async fn pause(&self, _: &Pause) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn resume(&self) -> Result<Option<Pause>, JournalError> {
        Err(JournalError::Gone)
    }

    async fn paused(&self) -> Result<Option<Pause>, JournalError> {
        Ok(None)
    }

    async fn chains(&self) -> Result<Vec<ChainState>, JournalError> {
        Ok(Vec::new())
    }

    async fn links(&self, _: &Chain, _: u64, _: u32) -> Result<Vec<Link>, JournalError> {
        Ok(Vec::new())
    }

    async fn records(&self, _: Option<&Place>) -> Result<Page, JournalError> {
        Ok(Page::default())
    }

    async fn restore(&self, _: &[Record]) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn prune(&self, _: Timestamp) -> Result<Pruned, JournalError> {
        Err(JournalError::Gone)
    }

    async fn begin(
        &self,
        _: &Lease,
        _: &Change,
        _image: Option<&Image>,
        _: Timestamp,
    ) -> Result<ChangeId, JournalError> {
        Err(JournalError::Gone)
    }

    async fn finish(
        &self,
        _: ChangeId,
        _: &ChangeEnd,
        _request: Option<&RequestId>,
        _image: Option<&Image>,
        _: Timestamp,
    ) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn forget_image(&self, _: &Target, _: &Image) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }

    async fn forget(&self, _: &Target, _: &OwnEntry) -> Result<(), JournalError> {
        Err(JournalError::Gone)
    }
}
