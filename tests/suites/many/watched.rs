//! A host's journal, of which all that is done about leases is written into the book.

use std::{net::IpAddr, sync::Arc};

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

use crate::book::Book;

/// The journal of one host.
pub(crate) struct WatchedJournal {
    journal: Arc<dyn Journal>,
    book: Arc<Book>,
}

impl WatchedJournal {
    pub(crate) fn new(journal: Arc<dyn Journal>, book: Arc<Book>) -> Self {
        Self { journal, book }
    }
}

#[async_trait]
impl Journal for WatchedJournal {
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError> {
        self.journal.admit(delivery, most_waiting).await
    }

    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError> {
        self.journal.waiting(now, most).await
    }

    async fn backlog(&self) -> Result<Backlog, JournalError> {
        self.journal.backlog().await
    }

    async fn attempt(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Result<Attempt, JournalError> {
        self.journal.attempt(id, now, until).await
    }

    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError> {
        self.journal.settle(id, state, report).await
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError> {
        self.journal.delivery(id).await
    }

    async fn put_in_force(
        &self,
        intents: &[Intent],
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Vec<Hold>, JournalError> {
        self.journal.put_in_force(intents, delivery, now).await
    }

    async fn put_within(
        &self,
        intents: &[Intent],
        spending: &Spending,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Put, JournalError> {
        self.journal.put_within(intents, spending, delivery, now).await
    }

    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError> {
        self.journal.holds(filter).await
    }

    async fn end(&self, ids: &[HoldId], why: EndReason, at: Timestamp) -> Result<Vec<Hold>, JournalError> {
        self.journal.end(ids, why, at).await
    }

    async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Result<Vec<Hold>, JournalError> {
        self.journal.extend(ids, until).await
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError> {
        self.journal.expire(now).await
    }

    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError> {
        self.journal.next_end().await
    }

    async fn unfinished(&self) -> Result<Vec<Target>, JournalError> {
        self.journal.unfinished().await
    }

    async fn targets(&self) -> Result<Vec<Target>, JournalError> {
        self.journal.targets().await
    }

    async fn situation(
        &self,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        self.journal.situation(target, now, recent_since).await
    }

    async fn situation_after(
        &self,
        before: &Situation,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        self.journal.situation_after(before, target, now, recent_since).await
    }

    async fn converged(
        &self,
        target: &Target,
        revision: Option<Revision>,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError> {
        self.journal.converged(target, revision, coverage).await
    }

    async fn lease(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Leasing, JournalError> {
        let leasing = self.journal.lease(target, owner, now, until).await;
        self.book.answered(target, owner, now, &leasing);
        leasing
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), JournalError> {
        self.book.gives_back(lease);
        self.journal.give_back(lease).await
    }

    async fn leases(&self, now: Timestamp) -> Result<Vec<Lease>, JournalError> {
        self.journal.leases(now).await
    }

    async fn break_leases(&self) -> Result<(), JournalError> {
        self.journal.break_leases().await
    }

    async fn begin(
        &self,
        lease: &Lease,
        change: &Change,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<ChangeId, JournalError> {
        let place = self.book.begins(lease, now);
        let begun = self.journal.begin(lease, change, image, now).await;
        if begun.is_ok() {
            self.book.took(place);
        }
        begun
    }

    async fn finish(
        &self,
        id: ChangeId,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.journal.finish(id, end, request, image, now).await
    }

    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError> {
        self.journal.forget(target, entry).await
    }

    async fn forget_image(&self, target: &Target, image: &Image) -> Result<(), JournalError> {
        self.journal.forget_image(target, image).await
    }

    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError> {
        self.journal.history(address, now).await
    }

    async fn pardon(&self, pardon: &Pardon) -> Result<(), JournalError> {
        self.journal.pardon(pardon).await
    }

    async fn pardons(&self, now: Timestamp) -> Result<Vec<Pardon>, JournalError> {
        self.journal.pardons(now).await
    }

    async fn end_pardon(&self, prefix: IpNet) -> Result<bool, JournalError> {
        self.journal.end_pardon(prefix).await
    }

    async fn pause(&self, pause: &Pause) -> Result<(), JournalError> {
        self.journal.pause(pause).await
    }

    async fn resume(&self) -> Result<Option<Pause>, JournalError> {
        self.journal.resume().await
    }

    async fn paused(&self) -> Result<Option<Pause>, JournalError> {
        self.journal.paused().await
    }

    async fn owe(&self, feedback: &[Feedback]) -> Result<(), JournalError> {
        self.journal.owe(feedback).await
    }

    async fn owed(&self, now: Timestamp, most: u32) -> Result<Vec<Feedback>, JournalError> {
        self.journal.owed(now, most).await
    }

    async fn take_up(&self, known: &Feedback, until: Timestamp) -> Result<bool, JournalError> {
        self.journal.take_up(known, until).await
    }

    async fn stand(&self, feedback: &Feedback) -> Result<(), JournalError> {
        self.journal.stand(feedback).await
    }

    async fn given_up(&self, most: u32) -> Result<Vec<Feedback>, JournalError> {
        self.journal.given_up(most).await
    }

    async fn chains(&self) -> Result<Vec<ChainState>, JournalError> {
        self.journal.chains().await
    }

    async fn links(&self, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, JournalError> {
        self.journal.links(chain, after, most).await
    }

    async fn note(&self, kind: NoteKind, name: &str) -> Result<Option<Note>, JournalError> {
        self.journal.note(kind, name).await
    }

    async fn notes(&self, kind: NoteKind) -> Result<Vec<Note>, JournalError> {
        self.journal.notes(kind).await
    }

    async fn write_note(&self, note: &Note) -> Result<bool, JournalError> {
        self.journal.write_note(note).await
    }

    async fn records(&self, from: Option<&Place>) -> Result<Page, JournalError> {
        self.journal.records(from).await
    }

    async fn restore(&self, records: &[Record]) -> Result<(), JournalError> {
        self.journal.restore(records).await
    }

    async fn prune(&self, ended_before: Timestamp) -> Result<Pruned, JournalError> {
        self.journal.prune(ended_before).await
    }
}
