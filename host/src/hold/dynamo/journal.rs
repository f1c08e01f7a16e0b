//! The journal's methods.

use std::net::IpAddr;

use async_trait::async_trait;
use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    super::{
        Admission, Attempt, Backlog, Change, ChangeEnd, ChangeId, Coverage, Delivery, DeliveryId, DeliveryState,
        EndReason, Feedback, Hold, HoldFilter, HoldId, Image, Intent, Journal, JournalError, Lease, Leasing, Note,
        NoteKind, OwnEntry, Owner, Pardon, Pause, Pruned, Put, Revision, Situation, Spending, Target,
        archive::{Page, Place, Record},
        ledger::{Chain, ChainState, Event, Link},
    },
    DynamoJournal, Failure, archive, changes, deliveries, ends, feedback, history, holds, key, leases, ledger, list,
    notes, own, pardons, pauses, prune, situation, targets,
    transaction::Transaction,
};
use crate::{cloud::RequestId, fact::History};

impl DynamoJournal {
    /// What the caller is told of a failure.
    fn told<T>(&self, doing: &'static str, result: Result<T, Failure>) -> Result<T, JournalError> {
        result.map_err(|failure| failure.doing(doing, self.table.table.name()))
    }
}

#[async_trait]
impl Journal for DynamoJournal {
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError> {
        let admission = deliveries::admit(&self.table, delivery, most_waiting).await;
        self.told("admit a delivery", admission)
    }

    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError> {
        let waiting = deliveries::waiting(&self.table.table, now, most).await;
        self.told("list what waits", waiting)
    }

    async fn backlog(&self) -> Result<Backlog, JournalError> {
        let backlog = deliveries::backlog(&self.table.table).await;
        self.told("count what waits", backlog)
    }

    async fn attempt(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Result<Attempt, JournalError> {
        let attempt = deliveries::attempt(&self.table.table, id, now, until).await;
        self.told("note an attempt", attempt)
    }

    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError> {
        let settled = deliveries::settle(&self.table, id, state, report).await;
        self.told("settle a delivery", settled)
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError> {
        let found = deliveries::find(&self.table.table, id).await;
        self.told("find a delivery", found)
    }

    async fn put_within(
        &self,
        intents: &[Intent],
        spending: &Spending,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Put, JournalError> {
        let in_force = holds::put_within(&self.table, intents, spending, delivery, now).await;
        self.told("put holds in force", in_force)
    }

    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError> {
        let found = list::list(&self.table.table, filter).await;
        self.told("list holds", found)
    }

    async fn end(&self, ids: &[HoldId], why: EndReason, at: Timestamp) -> Result<Vec<Hold>, JournalError> {
        let ended = ends::end(&self.table, ids, why, at).await;
        self.told("end holds", ended)
    }

    async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Result<Vec<Hold>, JournalError> {
        let extended = ends::extend(&self.table, ids, until).await;
        self.told("extend holds", extended)
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError> {
        let expired = ends::expire(&self.table, now).await;
        self.told("end the holds whose time is up", expired)
    }

    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError> {
        let next = ends::next_end(&self.table).await;
        self.told("find the next end", next)
    }

    async fn unfinished(&self) -> Result<Vec<Target>, JournalError> {
        let unfinished = targets::unfinished(&self.table.table).await;
        self.told("list unfinished targets", unfinished)
    }

    async fn targets(&self) -> Result<Vec<Target>, JournalError> {
        let targets = targets::all(&self.table.table).await;
        self.told("list targets", targets)
    }

    async fn situation(
        &self,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        let situation = situation::read(&self.table.table, target, now, recent_since).await;
        self.told("read a target's holds", situation)
    }

    async fn situation_after(
        &self,
        before: &Situation,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        let situation = situation::read_after(&self.table.table, before, target, now, recent_since).await;
        self.told("read a target's holds", situation)
    }

    async fn converged(
        &self,
        target: &Target,
        revision: Option<Revision>,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError> {
        let noted = targets::converged(&self.table, target, revision, coverage).await;
        self.told("note that a target converged", noted)
    }

    async fn lease(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Leasing, JournalError> {
        let leasing = leases::lease(&self.table, target, owner, now, until).await;
        self.told("take a lease", leasing)
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), JournalError> {
        let given = leases::give_back(&self.table.table, lease).await;
        self.told("give a lease back", given)
    }

    async fn leases(&self, now: Timestamp) -> Result<Vec<Lease>, JournalError> {
        let leases = leases::all(&self.table.table, now).await;
        self.told("list the leases", leases)
    }

    async fn break_leases(&self) -> Result<(), JournalError> {
        let broken = leases::break_all(&self.table.table).await;
        self.told("break all leases", broken)
    }

    async fn begin(
        &self,
        lease: &Lease,
        change: &Change,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<ChangeId, JournalError> {
        let begun = changes::begin(&self.table, lease, change, image, now).await;
        self.told("begin a change", begun)
    }

    async fn finish(
        &self,
        id: ChangeId,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let finished = changes::finish(&self.table, id, end, request, image, now).await;
        self.told("finish a change", finished)
    }

    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError> {
        let forget = async {
            let place = own::place(target, &entry.entry)?;
            let event = Event::entry_forgotten(target, entry);
            ledger::record_alone(&self.table.table, &event, |transaction| {
                transaction.delete(place.clone());
            })
            .await
        };
        let forgotten = forget.await;
        self.told("forget an entry", forgotten)
    }

    async fn forget_image(&self, target: &Target, image: &Image) -> Result<(), JournalError> {
        let place = key::image(target, &image.part());
        let event = Event::ImageForgotten {
            target: target.clone(),
            part: image.part(),
        };
        let forget = |transaction: &mut Transaction<'_>| transaction.delete(place.clone());
        let forgotten = ledger::record_alone(&self.table.table, &event, forget).await;
        self.told("forget a before-image", forgotten)
    }

    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError> {
        let history = history::history(&self.table, address, now).await;
        self.told("look into the history of an address", history)
    }

    async fn pardon(&self, pardon: &Pardon) -> Result<(), JournalError> {
        let given = pardons::give(&self.table.table, pardon).await;
        self.told("pardon a prefix", given)
    }

    async fn pardons(&self, now: Timestamp) -> Result<Vec<Pardon>, JournalError> {
        let items = self.table.table.query(&key::pardons(), None).await;
        let pardons = items.and_then(|items| pardons::in_force(&items, now));
        self.told("list pardons", pardons)
    }

    async fn end_pardon(&self, prefix: IpNet) -> Result<bool, JournalError> {
        let ended = pardons::end(&self.table.table, prefix).await;
        self.told("take a pardon back", ended)
    }

    async fn pause(&self, pause: &Pause) -> Result<(), JournalError> {
        let begun = pauses::begin(&self.table.table, pause).await;
        self.told("pause", begun)
    }

    async fn resume(&self) -> Result<Option<Pause>, JournalError> {
        let ended = pauses::end(&self.table.table).await;
        self.told("resume", ended)
    }

    async fn paused(&self) -> Result<Option<Pause>, JournalError> {
        let pause = pauses::present(&self.table.table).await;
        self.told("find the pause", pause)
    }

    async fn owe(&self, feedback: &[Feedback]) -> Result<(), JournalError> {
        for feedback in feedback {
            let owed = feedback::owe(&self.table, feedback).await;
            self.told("note what is to be told", owed)?;
        }
        Ok(())
    }

    async fn owed(&self, now: Timestamp, most: u32) -> Result<Vec<Feedback>, JournalError> {
        let owed = feedback::owed(&self.table.table, now, most).await;
        self.told("list what is to be told", owed)
    }

    async fn take_up(&self, known: &Feedback, until: Timestamp) -> Result<bool, JournalError> {
        let taken = feedback::take_up(&self.table, known, until).await;
        self.told("take up what is to be told", taken)
    }

    async fn stand(&self, feedback: &Feedback) -> Result<(), JournalError> {
        let stands = feedback::stand(&self.table, feedback).await;
        self.told("note what was told", stands)
    }

    async fn given_up(&self, most: u32) -> Result<Vec<Feedback>, JournalError> {
        let given_up = feedback::given_up(&self.table.table, most).await;
        self.told("list what was not told", given_up)
    }

    async fn chains(&self) -> Result<Vec<ChainState>, JournalError> {
        let chains = ledger::chains(&self.table.table).await;
        self.told("list the ledger's chains", chains)
    }

    async fn links(&self, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, JournalError> {
        let links = ledger::links(&self.table.table, chain, after, most).await;
        self.told("read the ledger", links)
    }

    async fn note(&self, kind: NoteKind, name: &str) -> Result<Option<Note>, JournalError> {
        let found = notes::find(&self.table.table, kind, name).await;
        self.told("read a note", found)
    }

    async fn notes(&self, kind: NoteKind) -> Result<Vec<Note>, JournalError> {
        let listed = notes::list(&self.table.table, kind).await;
        self.told("list notes", listed)
    }

    async fn write_note(&self, note: &Note) -> Result<bool, JournalError> {
        let written = notes::write(&self.table, note).await;
        self.told("write a note", written)
    }

    async fn records(&self, from: Option<&Place>) -> Result<Page, JournalError> {
        let page = archive::records(&self.table.table, from).await;
        self.told("read what it keeps", page)
    }

    async fn restore(&self, records: &[Record]) -> Result<(), JournalError> {
        let restored = archive::restore(&self.table, records).await;
        self.told("write what another kept", restored)
    }

    /// DynamoDB removes most of what is over by itself, and tells nobody how much.
    async fn prune(&self, ended_before: Timestamp) -> Result<Pruned, JournalError> {
        let pruned = prune::prune(&self.table, ended_before).await;
        self.told("remove what ended long ago", pruned.map(|()| Pruned::default()))
    }
}
