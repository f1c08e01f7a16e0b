//! A journal in bad weather: what it is asked may be late, refused, or done without an answer, as with a table over the network.

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

use super::{Weather, cloud::unreachable, weather::Befalls};

/// A journal, in this weather.
pub struct FaultyJournal {
    journal: Arc<dyn Journal>,
    weather: Arc<Weather>,
}

impl FaultyJournal {
    /// The journal, in this weather.
    pub fn in_weather(journal: Arc<dyn Journal>, weather: Arc<Weather>) -> Self {
        Self { journal, weather }
    }

    async fn call<T: Send>(
        &self,
        call: impl Future<Output = Result<T, JournalError>> + Send,
    ) -> Result<T, JournalError> {
        let befalls = self.weather.next().await;
        match befalls {
            Befalls::Nothing => return call.await,
            Befalls::Refusal => {}
            Befalls::Loss => drop(call.await),
        }
        Err(JournalError::Table {
            table: "of the test".to_owned(),
            doing: "answer",
            source: unreachable(&self.weather),
        })
    }
}

#[async_trait]
impl Journal for FaultyJournal {
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError> {
        self.call(self.journal.admit(delivery, most_waiting)).await
    }

    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError> {
        self.call(self.journal.waiting(now, most)).await
    }

    async fn backlog(&self) -> Result<Backlog, JournalError> {
        self.call(self.journal.backlog()).await
    }

    async fn attempt(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Result<Attempt, JournalError> {
        self.call(self.journal.attempt(id, now, until)).await
    }

    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError> {
        self.call(self.journal.settle(id, state, report)).await
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError> {
        self.call(self.journal.delivery(id)).await
    }

    async fn put_in_force(
        &self,
        intents: &[Intent],
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Vec<Hold>, JournalError> {
        self.call(self.journal.put_in_force(intents, delivery, now)).await
    }

    async fn put_within(
        &self,
        intents: &[Intent],
        spending: &Spending,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Put, JournalError> {
        self.call(self.journal.put_within(intents, spending, delivery, now))
            .await
    }

    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError> {
        self.call(self.journal.holds(filter)).await
    }

    async fn end(&self, ids: &[HoldId], why: EndReason, at: Timestamp) -> Result<Vec<Hold>, JournalError> {
        self.call(self.journal.end(ids, why, at)).await
    }

    async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Result<Vec<Hold>, JournalError> {
        self.call(self.journal.extend(ids, until)).await
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError> {
        self.call(self.journal.expire(now)).await
    }

    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError> {
        self.call(self.journal.next_end()).await
    }

    async fn unfinished(&self) -> Result<Vec<Target>, JournalError> {
        self.call(self.journal.unfinished()).await
    }

    async fn targets(&self) -> Result<Vec<Target>, JournalError> {
        self.call(self.journal.targets()).await
    }

    async fn situation(
        &self,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        self.call(self.journal.situation(target, now, recent_since)).await
    }

    async fn situation_after(
        &self,
        before: &Situation,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        let situation = self.journal.situation_after(before, target, now, recent_since);
        self.call(situation).await
    }

    async fn converged(
        &self,
        target: &Target,
        revision: Option<Revision>,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError> {
        self.call(self.journal.converged(target, revision, coverage)).await
    }

    async fn lease(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Leasing, JournalError> {
        self.call(self.journal.lease(target, owner, now, until)).await
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), JournalError> {
        self.call(self.journal.give_back(lease)).await
    }

    async fn leases(&self, now: Timestamp) -> Result<Vec<Lease>, JournalError> {
        self.call(self.journal.leases(now)).await
    }

    async fn break_leases(&self) -> Result<(), JournalError> {
        self.call(self.journal.break_leases()).await
    }

    async fn begin(
        &self,
        lease: &Lease,
        change: &Change,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<ChangeId, JournalError> {
        self.call(self.journal.begin(lease, change, image, now)).await
    }

    async fn finish(
        &self,
        id: ChangeId,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        self.call(self.journal.finish(id, end, request, image, now)).await
    }

    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError> {
        self.call(self.journal.forget(target, entry)).await
    }

    async fn forget_image(&self, target: &Target, image: &Image) -> Result<(), JournalError> {
        self.call(self.journal.forget_image(target, image)).await
    }

    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError> {
        self.call(self.journal.history(address, now)).await
    }

    async fn pardon(&self, pardon: &Pardon) -> Result<(), JournalError> {
        self.call(self.journal.pardon(pardon)).await
    }

    async fn pardons(&self, now: Timestamp) -> Result<Vec<Pardon>, JournalError> {
        self.call(self.journal.pardons(now)).await
    }

    async fn end_pardon(&self, prefix: IpNet) -> Result<bool, JournalError> {
        self.call(self.journal.end_pardon(prefix)).await
    }

    async fn pause(&self, pause: &Pause) -> Result<(), JournalError> {
        self.call(self.journal.pause(pause)).await
    }

    async fn resume(&self) -> Result<Option<Pause>, JournalError> {
        self.call(self.journal.resume()).await
    }

    async fn paused(&self) -> Result<Option<Pause>, JournalError> {
        self.call(self.journal.paused()).await
    }

    async fn owe(&self, feedback: &[Feedback]) -> Result<(), JournalError> {
        self.call(self.journal.owe(feedback)).await
    }

    async fn owed(&self, now: Timestamp, most: u32) -> Result<Vec<Feedback>, JournalError> {
        self.call(self.journal.owed(now, most)).await
    }

    async fn take_up(&self, known: &Feedback, until: Timestamp) -> Result<bool, JournalError> {
        self.call(self.journal.take_up(known, until)).await
    }

    async fn stand(&self, feedback: &Feedback) -> Result<(), JournalError> {
        self.call(self.journal.stand(feedback)).await
    }

    async fn given_up(&self, most: u32) -> Result<Vec<Feedback>, JournalError> {
        self.call(self.journal.given_up(most)).await
    }

    async fn chains(&self) -> Result<Vec<ChainState>, JournalError> {
        self.call(self.journal.chains()).await
    }

    async fn links(&self, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, JournalError> {
        self.call(self.journal.links(chain, after, most)).await
    }

    async fn note(&self, kind: NoteKind, name: &str) -> Result<Option<Note>, JournalError> {
        self.call(self.journal.note(kind, name)).await
    }

    async fn notes(&self, kind: NoteKind) -> Result<Vec<Note>, JournalError> {
        self.call(self.journal.notes(kind)).await
    }

    async fn write_note(&self, note: &Note) -> Result<bool, JournalError> {
        self.call(self.journal.write_note(note)).await
    }

    async fn records(&self, from: Option<&Place>) -> Result<Page, JournalError> {
        self.call(self.journal.records(from)).await
    }

    async fn restore(&self, records: &[Record]) -> Result<(), JournalError> {
        self.call(self.journal.restore(records)).await
    }

    async fn prune(&self, ended_before: Timestamp) -> Result<Pruned, JournalError> {
        self.call(self.journal.prune(ended_before)).await
    }
}
