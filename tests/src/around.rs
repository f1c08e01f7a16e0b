//! Something around a journal, which each call goes through.

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

/// What a journal answers.
pub type Answer<T> = Result<T, JournalError>;

/// What goes around the calls to a journal. None is under way before it is awaited, so whoever is around one decides when it is made, and whether it is.
pub trait Around: Send + Sync {
    /// Goes around a call: any that has no method of its own here.
    fn call<T: Send>(&self, call: impl Future<Output = Answer<T>> + Send) -> impl Future<Output = Answer<T>> + Send {
        call
    }

    /// Goes around asking for a lease on a target.
    fn lease(
        &self,
        _target: &Target,
        _owner: &Owner,
        _now: Timestamp,
        call: impl Future<Output = Answer<Leasing>> + Send,
    ) -> impl Future<Output = Answer<Leasing>> + Send {
        self.call(call)
    }

    /// Goes around giving a lease back.
    fn give_back(
        &self,
        _lease: &Lease,
        call: impl Future<Output = Answer<()>> + Send,
    ) -> impl Future<Output = Answer<()>> + Send {
        self.call(call)
    }

    /// Goes around the beginning of a change, under a lease.
    fn begin(
        &self,
        _lease: &Lease,
        _now: Timestamp,
        call: impl Future<Output = Answer<ChangeId>> + Send,
    ) -> impl Future<Output = Answer<ChangeId>> + Send {
        self.call(call)
    }
}

/// A journal with something around it.
pub struct WrappedJournal<A> {
    journal: Arc<dyn Journal>,
    around: Arc<A>,
}

impl<A: Around> WrappedJournal<A> {
    /// The journal, with this around it.
    pub fn new(journal: Arc<dyn Journal>, around: Arc<A>) -> Self {
        Self { journal, around }
    }
}

// A method that the trait itself could do is handed on as well: the journal inside may do it in another way.
#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<A: Around> Journal for WrappedJournal<A> {
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Answer<Admission> {
        self.around.call(self.journal.admit(delivery, most_waiting)).await
    }

    async fn waiting(&self, now: Timestamp, most: u32) -> Answer<Vec<Delivery>> {
        self.around.call(self.journal.waiting(now, most)).await
    }

    async fn backlog(&self) -> Answer<Backlog> {
        self.around.call(self.journal.backlog()).await
    }

    async fn attempt(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Answer<Attempt> {
        self.around.call(self.journal.attempt(id, now, until)).await
    }

    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Answer<()> {
        self.around.call(self.journal.settle(id, state, report)).await
    }

    async fn delivery(&self, id: &DeliveryId) -> Answer<Option<Delivery>> {
        self.around.call(self.journal.delivery(id)).await
    }

    async fn put_in_force(&self, intents: &[Intent], delivery: &DeliveryId, now: Timestamp) -> Answer<Vec<Hold>> {
        self.around
            .call(self.journal.put_in_force(intents, delivery, now))
            .await
    }

    async fn put_within(
        &self,
        intents: &[Intent],
        spending: &Spending,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Answer<Put> {
        self.around
            .call(self.journal.put_within(intents, spending, delivery, now))
            .await
    }

    async fn holds(&self, filter: &HoldFilter) -> Answer<Vec<Hold>> {
        self.around.call(self.journal.holds(filter)).await
    }

    async fn end(&self, ids: &[HoldId], why: EndReason, at: Timestamp) -> Answer<Vec<Hold>> {
        self.around.call(self.journal.end(ids, why, at)).await
    }

    async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Answer<Vec<Hold>> {
        self.around.call(self.journal.extend(ids, until)).await
    }

    async fn expire(&self, now: Timestamp) -> Answer<Vec<Hold>> {
        self.around.call(self.journal.expire(now)).await
    }

    async fn next_end(&self) -> Answer<Option<Timestamp>> {
        self.around.call(self.journal.next_end()).await
    }

    async fn unfinished(&self) -> Answer<Vec<Target>> {
        self.around.call(self.journal.unfinished()).await
    }

    async fn targets(&self) -> Answer<Vec<Target>> {
        self.around.call(self.journal.targets()).await
    }

    async fn situation(&self, target: &Target, now: Timestamp, recent_since: Timestamp) -> Answer<Situation> {
        self.around
            .call(self.journal.situation(target, now, recent_since))
            .await
    }

    async fn situation_after(
        &self,
        before: &Situation,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Answer<Situation> {
        let situation = self.journal.situation_after(before, target, now, recent_since);
        self.around.call(situation).await
    }

    async fn converged(
        &self,
        target: &Target,
        revision: Option<Revision>,
        coverage: &[(HoldId, Coverage)],
    ) -> Answer<()> {
        self.around
            .call(self.journal.converged(target, revision, coverage))
            .await
    }

    async fn lease(&self, target: &Target, owner: &Owner, now: Timestamp, until: Timestamp) -> Answer<Leasing> {
        let leasing = self.journal.lease(target, owner, now, until);
        self.around.lease(target, owner, now, leasing).await
    }

    async fn give_back(&self, lease: &Lease) -> Answer<()> {
        self.around.give_back(lease, self.journal.give_back(lease)).await
    }

    async fn leases(&self, now: Timestamp) -> Answer<Vec<Lease>> {
        self.around.call(self.journal.leases(now)).await
    }

    async fn break_leases(&self) -> Answer<()> {
        self.around.call(self.journal.break_leases()).await
    }

    async fn begin(&self, lease: &Lease, change: &Change, image: Option<&Image>, now: Timestamp) -> Answer<ChangeId> {
        let begun = self.journal.begin(lease, change, image, now);
        self.around.begin(lease, now, begun).await
    }

    async fn finish(
        &self,
        id: ChangeId,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Answer<()> {
        self.around
            .call(self.journal.finish(id, end, request, image, now))
            .await
    }

    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Answer<()> {
        self.around.call(self.journal.forget(target, entry)).await
    }

    async fn forget_image(&self, target: &Target, image: &Image) -> Answer<()> {
        self.around.call(self.journal.forget_image(target, image)).await
    }

    async fn history(&self, address: IpAddr, now: Timestamp) -> Answer<History> {
        self.around.call(self.journal.history(address, now)).await
    }

    async fn pardon(&self, pardon: &Pardon) -> Answer<()> {
        self.around.call(self.journal.pardon(pardon)).await
    }

    async fn pardons(&self, now: Timestamp) -> Answer<Vec<Pardon>> {
        self.around.call(self.journal.pardons(now)).await
    }

    async fn end_pardon(&self, prefix: IpNet) -> Answer<bool> {
        self.around.call(self.journal.end_pardon(prefix)).await
    }

    async fn pause(&self, pause: &Pause) -> Answer<()> {
        self.around.call(self.journal.pause(pause)).await
    }

    async fn resume(&self) -> Answer<Option<Pause>> {
        self.around.call(self.journal.resume()).await
    }

    async fn paused(&self) -> Answer<Option<Pause>> {
        self.around.call(self.journal.paused()).await
    }

    async fn owe(&self, feedback: &[Feedback]) -> Answer<()> {
        self.around.call(self.journal.owe(feedback)).await
    }

    async fn owed(&self, now: Timestamp, most: u32) -> Answer<Vec<Feedback>> {
        self.around.call(self.journal.owed(now, most)).await
    }

    async fn take_up(&self, known: &Feedback, until: Timestamp) -> Answer<bool> {
        self.around.call(self.journal.take_up(known, until)).await
    }

    async fn stand(&self, feedback: &Feedback) -> Answer<()> {
        self.around.call(self.journal.stand(feedback)).await
    }

    async fn given_up(&self, most: u32) -> Answer<Vec<Feedback>> {
        self.around.call(self.journal.given_up(most)).await
    }

    async fn chains(&self) -> Answer<Vec<ChainState>> {
        self.around.call(self.journal.chains()).await
    }

    async fn links(&self, chain: &Chain, after: u64, most: u32) -> Answer<Vec<Link>> {
        self.around.call(self.journal.links(chain, after, most)).await
    }

    async fn note(&self, kind: NoteKind, name: &str) -> Answer<Option<Note>> {
        self.around.call(self.journal.note(kind, name)).await
    }

    async fn notes(&self, kind: NoteKind) -> Answer<Vec<Note>> {
        self.around.call(self.journal.notes(kind)).await
    }

    async fn write_note(&self, note: &Note) -> Answer<bool> {
        self.around.call(self.journal.write_note(note)).await
    }

    async fn records(&self, from: Option<&Place>) -> Answer<Page> {
        self.around.call(self.journal.records(from)).await
    }

    async fn restore(&self, records: &[Record]) -> Answer<()> {
        self.around.call(self.journal.restore(records)).await
    }

    async fn prune(&self, ended_before: Timestamp) -> Answer<Pruned> {
        self.around.call(self.journal.prune(ended_before)).await
    }
}
