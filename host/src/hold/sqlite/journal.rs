//! The journal's methods: each is one question to the desk.

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
    SqliteJournal, archive, changes, deliveries, ends, feedback, history, holds, images, leases, ledger, list, notes,
    own, pardons, pauses, prune, targets,
};
use crate::{cloud::RequestId, fact::History};

#[async_trait]
impl Journal for SqliteJournal {
    async fn admit(&self, delivery: &Delivery, most_waiting: u32) -> Result<Admission, JournalError> {
        let delivery = delivery.clone();
        self.desk
            .ask("admit a delivery", move |sql| {
                deliveries::admit(sql, &delivery, most_waiting)
            })
            .await
    }

    async fn waiting(&self, now: Timestamp, most: u32) -> Result<Vec<Delivery>, JournalError> {
        let and_claimed = most.saturating_add(u32::try_from(self.claims.count()).unwrap_or(u32::MAX));
        let waiting = self
            .desk
            .ask("list what waits", move |sql| deliveries::waiting(sql, now, and_claimed))
            .await?;
        let mut free = self.claims.without(now, waiting);
        free.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(free)
    }

    async fn backlog(&self) -> Result<Backlog, JournalError> {
        self.desk.ask("count what waits", deliveries::backlog).await
    }

    async fn attempt(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Result<Attempt, JournalError> {
        if let Err(until) = self.claims.claim(id, now, until) {
            return Ok(Attempt::Theirs { until });
        }
        let same = id.clone();
        let attempt = self
            .desk
            .ask("note an attempt", move |sql| deliveries::attempt(sql, &same))
            .await;
        if !matches!(attempt, Ok(Attempt::Ours(_))) {
            self.claims.give_back(id);
        }
        attempt
    }

    async fn settle(&self, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), JournalError> {
        let (same, report) = (id.clone(), report.to_owned());
        self.desk
            .ask("settle a delivery", move |sql| {
                deliveries::settle(sql, &same, state, &report)
            })
            .await?;
        self.claims.give_back(id);
        Ok(())
    }

    async fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, JournalError> {
        let id = id.clone();
        self.desk
            .ask("find a delivery", move |sql| deliveries::find(sql, &id))
            .await
    }

    async fn put_within(
        &self,
        intents: &[Intent],
        spending: &Spending,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Put, JournalError> {
        let (intents, spending, delivery) = (intents.to_vec(), spending.clone(), delivery.clone());
        self.desk
            .ask("put holds in force", move |sql| {
                holds::put_within(sql, &intents, &spending, &delivery, now)
            })
            .await
    }

    async fn holds(&self, filter: &HoldFilter) -> Result<Vec<Hold>, JournalError> {
        let filter = filter.clone();
        self.desk.ask("list holds", move |sql| list::list(sql, &filter)).await
    }

    async fn end(&self, ids: &[HoldId], why: EndReason, at: Timestamp) -> Result<Vec<Hold>, JournalError> {
        let ids = ids.to_vec();
        self.desk
            .ask("end holds", move |sql| {
                ids.iter().map(|id| ends::end(sql, *id, why, at)).collect()
            })
            .await
    }

    async fn extend(&self, ids: &[HoldId], until: Option<Timestamp>) -> Result<Vec<Hold>, JournalError> {
        let ids = ids.to_vec();
        self.desk
            .ask("extend holds", move |sql| {
                ids.iter().map(|id| ends::extend(sql, *id, until)).collect()
            })
            .await
    }

    async fn expire(&self, now: Timestamp) -> Result<Vec<Hold>, JournalError> {
        self.desk
            .ask("end the holds whose time is up", move |sql| ends::expire(sql, now))
            .await
    }

    async fn next_end(&self) -> Result<Option<Timestamp>, JournalError> {
        self.desk.ask("find the next end", ends::next_end).await
    }

    async fn unfinished(&self) -> Result<Vec<Target>, JournalError> {
        self.desk.ask("list unfinished targets", targets::unfinished).await
    }

    async fn targets(&self) -> Result<Vec<Target>, JournalError> {
        self.desk.ask("list targets", targets::all).await
    }

    async fn situation(
        &self,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        let target = target.clone();
        self.desk
            .ask("read a target's holds", move |sql| {
                Ok(Situation {
                    holds: holds::in_force(sql, &target, now)?,
                    own: own::list(sql, &target)?,
                    images: images::list(sql, &target)?,
                    recent: changes::recent(sql, &target, recent_since)?,
                    spare: targets::spared(sql, &target)?,
                    pardons: pardons::in_force(sql, now)?,
                    paused: pauses::present(sql)?.is_some(),
                    revision: targets::revision(sql, &target)?,
                })
            })
            .await
    }

    /// All of it is read in one transaction, which costs no more.
    async fn situation_after(
        &self,
        _: &Situation,
        target: &Target,
        now: Timestamp,
        recent_since: Timestamp,
    ) -> Result<Situation, JournalError> {
        self.situation(target, now, recent_since).await
    }

    async fn converged(
        &self,
        target: &Target,
        revision: Option<Revision>,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(), JournalError> {
        let (target, coverage) = (target.clone(), coverage.to_vec());
        self.desk
            .ask("note that a target converged", move |sql| {
                holds::cover(sql, &coverage)?;
                match revision {
                    Some(revision) => targets::converged(sql, &target, revision),
                    None => Ok(()),
                }
            })
            .await
    }

    async fn lease(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Leasing, JournalError> {
        let (target, owner) = (target.clone(), owner.clone());
        self.desk
            .ask("take a lease", move |sql| {
                leases::lease(sql, &target, &owner, now, until)
            })
            .await
    }

    async fn give_back(&self, lease: &Lease) -> Result<(), JournalError> {
        let lease = lease.clone();
        self.desk
            .ask("give a lease back", move |sql| leases::give_back(sql, &lease))
            .await
    }

    async fn leases(&self, now: Timestamp) -> Result<Vec<Lease>, JournalError> {
        self.desk.ask("list the leases", move |sql| leases::all(sql, now)).await
    }

    async fn break_leases(&self) -> Result<(), JournalError> {
        self.claims.clear();
        self.desk.ask("break all leases", leases::break_all).await
    }

    async fn begin(
        &self,
        lease: &Lease,
        change: &Change,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<ChangeId, JournalError> {
        let (lease, change, image) = (lease.clone(), change.clone(), image.cloned());
        self.desk
            .ask("begin a change", move |sql| {
                changes::begin(sql, &lease, &change, image.as_ref(), now)
            })
            .await
    }

    async fn finish(
        &self,
        id: ChangeId,
        end: &ChangeEnd,
        request: Option<&RequestId>,
        image: Option<&Image>,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let (end, request, image) = (end.clone(), request.cloned(), image.cloned());
        self.desk
            .ask("finish a change", move |sql| {
                changes::finish(sql, id, &end, request.as_ref(), image.as_ref(), now)
            })
            .await
    }

    async fn forget_image(&self, target: &Target, image: &Image) -> Result<(), JournalError> {
        let (target, image) = (target.clone(), image.clone());
        self.desk
            .ask("forget a before-image", move |sql| {
                images::forget(sql, &target, &image.part())?;
                let part = image.part();
                ledger::record(sql, &Event::ImageForgotten { target, part })
            })
            .await
    }

    async fn forget(&self, target: &Target, entry: &OwnEntry) -> Result<(), JournalError> {
        let (target, entry) = (target.clone(), entry.clone());
        self.desk
            .ask("forget an entry", move |sql| {
                own::forget(sql, &target, &entry.entry)?;
                ledger::record(sql, &Event::entry_forgotten(&target, &entry))
            })
            .await
    }

    async fn history(&self, address: IpAddr, now: Timestamp) -> Result<History, JournalError> {
        self.desk
            .ask("look into the history of an address", move |sql| {
                history::history(sql, address, now)
            })
            .await
    }

    async fn pardon(&self, pardon: &Pardon) -> Result<(), JournalError> {
        let pardon = pardon.clone();
        self.desk
            .ask("pardon a prefix", move |sql| pardons::give(sql, &pardon))
            .await
    }

    async fn pardons(&self, now: Timestamp) -> Result<Vec<Pardon>, JournalError> {
        self.desk
            .ask("list pardons", move |sql| pardons::in_force(sql, now))
            .await
    }

    async fn end_pardon(&self, prefix: IpNet) -> Result<bool, JournalError> {
        self.desk
            .ask("take a pardon back", move |sql| pardons::end(sql, prefix))
            .await
    }

    async fn pause(&self, pause: &Pause) -> Result<(), JournalError> {
        let pause = pause.clone();
        self.desk.ask("pause", move |sql| pauses::begin(sql, &pause)).await
    }

    async fn resume(&self) -> Result<Option<Pause>, JournalError> {
        self.desk.ask("resume", pauses::end).await
    }

    async fn paused(&self) -> Result<Option<Pause>, JournalError> {
        self.desk.ask("find the pause", pauses::present).await
    }

    async fn owe(&self, feedback: &[Feedback]) -> Result<(), JournalError> {
        let feedback = feedback.to_vec();
        self.desk
            .ask("note what is to be told", move |sql| {
                feedback.iter().try_for_each(|feedback| feedback::owe(sql, feedback))
            })
            .await
    }

    async fn owed(&self, now: Timestamp, most: u32) -> Result<Vec<Feedback>, JournalError> {
        self.desk
            .ask("list what is to be told", move |sql| feedback::owed(sql, now, most))
            .await
    }

    async fn take_up(&self, known: &Feedback, until: Timestamp) -> Result<bool, JournalError> {
        let known = known.clone();
        self.desk
            .ask("take up what is to be told", move |sql| {
                feedback::take_up(sql, &known, until)
            })
            .await
    }

    async fn stand(&self, feedback: &Feedback) -> Result<(), JournalError> {
        let feedback = feedback.clone();
        self.desk
            .ask("note what was told", move |sql| feedback::keep(sql, &feedback))
            .await
    }

    async fn given_up(&self, most: u32) -> Result<Vec<Feedback>, JournalError> {
        self.desk
            .ask("list what was not told", move |sql| feedback::given_up(sql, most))
            .await
    }

    async fn chains(&self) -> Result<Vec<ChainState>, JournalError> {
        self.desk.ask("list the ledger's chains", ledger::chains).await
    }

    async fn links(&self, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, JournalError> {
        let chain = chain.clone();
        self.desk
            .ask("read the ledger", move |sql| ledger::links(sql, &chain, after, most))
            .await
    }

    async fn note(&self, kind: NoteKind, name: &str) -> Result<Option<Note>, JournalError> {
        let name = name.to_owned();
        self.desk
            .ask("read a note", move |sql| notes::find(sql, kind, &name))
            .await
    }

    async fn notes(&self, kind: NoteKind) -> Result<Vec<Note>, JournalError> {
        self.desk.ask("list notes", move |sql| notes::list(sql, kind)).await
    }

    async fn write_note(&self, note: &Note) -> Result<bool, JournalError> {
        let note = note.clone();
        self.desk.ask("write a note", move |sql| notes::write(sql, &note)).await
    }

    async fn records(&self, from: Option<&Place>) -> Result<Page, JournalError> {
        let from = from.cloned();
        self.desk
            .ask("read what it keeps", move |sql| archive::records(sql, from.as_ref()))
            .await
    }

    async fn restore(&self, records: &[Record]) -> Result<(), JournalError> {
        let records = records.to_vec();
        self.desk
            .ask("write what another kept", move |sql| archive::restore(sql, &records))
            .await
    }

    async fn prune(&self, ended_before: Timestamp) -> Result<Pruned, JournalError> {
        self.desk
            .ask("remove what ended long ago", move |sql| prune::prune(sql, ended_before))
            .await
    }
}
