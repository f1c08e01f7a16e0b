//! Lets wait for people what they have to approve of, and puts in force what they approved of.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::{
    Host,
    rewrite::{Rewrite, TRIES, rewrite},
};
use crate::{
    hold::{
        DeliveryId, Hold, Intent, JournalError, Note, NoteKind, Spending,
        approval::{ApprovalRule, Pending, PendingState},
    },
    report::Waiting,
};

/// How many may wait for people at the same time. More than that nobody looks through, and an attacker could hide among them.
const MOST_WAITING: usize = 200;

impl Host {
    /// Lets intents wait. What waits already goes on waiting as it does; if it is another plan for the same, the one before is void.
    pub(super) async fn ask_people(
        &self,
        asking: Vec<(Intent, &ApprovalRule)>,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<Vec<Waiting>, JournalError> {
        if asking.is_empty() {
            return Ok(Vec::new());
        }
        let mut told = Vec::new();
        for pending in Pending::of(asking, delivery.as_str(), now) {
            told.push(self.let_wait(pending, now).await?);
        }
        Ok(told)
    }

    async fn let_wait(&self, pending: Pending, now: Timestamp) -> Result<Waiting, JournalError> {
        let journal = &self.parts.journal;
        'again: for _ in 0..TRIES {
            let known = journal.notes(NoteKind::Approval).await?;
            let others: Vec<_> = known
                .iter()
                .filter_map(|note| Some((note, Pending::read(note)?)))
                .filter(|(_, other)| other.waits(now))
                .collect();
            let before = known.iter().find(|note| note.name == pending.id.as_str());
            let was = before.and_then(Pending::read);
            // What enough people approved of is put in force by whoever tends to it, and no new round takes their word from them.
            let is_open = |was: &&Pending| was.waits(now) || matches!(was.state, PendingState::Approved { .. });
            match was.as_ref().filter(is_open) {
                Some(was) if was.plan == pending.plan => return Ok(Waiting::of(was)),
                // Who approves by its name means the other.
                Some(was) => return Ok(refused(&pending, format!("another plan has its name: {}", was.subject))),
                None => {}
            }
            if others.len() >= MOST_WAITING {
                return Ok(refused(
                    &pending,
                    format!("{MOST_WAITING} others wait for people already"),
                ));
            }
            for (note, other) in others.iter().filter(|(_, other)| other.is_about_the_same(&pending)) {
                let void = Pending {
                    state: PendingState::Void {
                        at: now,
                        by: pending.id.clone(),
                    },
                    ..other.clone()
                };
                if !journal.write_note(&void.note(Some(note))).await? {
                    // Somebody just said a word about it, which must not be left standing.
                    continue 'again;
                }
                tracing::warn!(
                    approval = %other.id,
                    subject = other.subject,
                    "the plan changed: what was approved of so far counts no more, {} waits in its place",
                    pending.id
                );
            }
            let waits = match &was {
                Some(was) => pending.clone().after(was),
                None => pending.clone(),
            };
            if journal.write_note(&waits.note(before)).await? {
                self.may_wait.store(true, Ordering::Relaxed);
                tracing::warn!(
                    approval = %waits.id,
                    subject = waits.subject,
                    people = waits.people,
                    "waits for approval until {:.0}: `quell approve {} --as NAME`",
                    waits.until,
                    waits.id
                );
                return Ok(Waiting::of(&waits));
            }
        }
        Err(JournalError::Contended {
            doing: "note what waits for approval",
        })
    }

    /// Refuses what waited for too long, and puts in force what was approved by a process that died over it. What began to wait while another configuration was in force is looked after as
    /// well; where no rule lets anything wait and nothing is left of before, nobody is asked again.
    pub(super) async fn tend_approvals(&self) -> Result<(), JournalError> {
        let has_rules = !self.parts.roster.now().approvals.is_empty();
        if !has_rules && !self.may_wait.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let (mut failed, mut is_left) = (None, false);
        for note in journal.notes(NoteKind::Approval).await? {
            let Some(pending) = Pending::read(&note) else {
                tracing::error!(
                    approval = note.name,
                    "what waits for approval can't be read, and is not done"
                );
                continue;
            };
            match pending.standing(now) {
                PendingState::Approved { at } => match self.finish_approved(&pending, &note, at).await {
                    Ok(is_waiting) => is_left |= is_waiting,
                    // One that can't be put in force now keeps no other waiting.
                    Err(error) => (failed, is_left) = (Some(error), true),
                },
                lapsed @ PendingState::Lapsed { .. } if pending.state == PendingState::Waiting => {
                    let lapsed = Pending {
                        state: lapsed,
                        ..pending
                    };
                    if journal.write_note(&lapsed.note(Some(&note))).await? {
                        tracing::warn!(
                            approval = %lapsed.id,
                            subject = lapsed.subject,
                            "refused: nobody approved until {:.0}",
                            lapsed.until
                        );
                    } else {
                        is_left = true;
                    }
                }
                state => is_left |= state == PendingState::Waiting,
            }
        }
        self.may_wait.store(has_rules || is_left, Ordering::Relaxed);
        failed.map_or(Ok(()), Err)
    }

    /// Puts in force what a process that died over it left approved, unless something is in the way by now, and says whether it still waits. What its owners protect since waits anew; where
    /// only time is needed to know, it is looked at again the next time.
    async fn finish_approved(&self, pending: &Pending, note: &Note, at: Timestamp) -> Result<bool, JournalError> {
        let Err(obstacle) = self.look_again(pending).await else {
            let (_, holds) = self.put_approved(pending, at).await?;
            self.tell_ends(holds.iter().filter_map(|hold| hold.until)).await;
            return Ok(false);
        };
        tracing::error!(
            approval = %pending.id,
            subject = pending.subject,
            "approved, and not put in force: {obstacle}"
        );
        if !obstacle.is_passing() {
            // Whoever was faster has looked as well.
            self.parts.journal.write_note(&pending.anew().note(Some(note))).await?;
        }
        Ok(true)
    }

    /// Puts the holds in force that enough people approved of. Twice does no harm.
    pub(super) async fn put_approved(
        &self,
        pending: &Pending,
        at: Timestamp,
    ) -> Result<(Pending, Vec<Hold>), JournalError> {
        let (journal, now) = (&*self.parts.journal, self.parts.clock.now());
        let spending = Spending {
            budgets: self.parts.roster.now().budgets.clone(),
            is_approved: true,
        };
        let delivery = DeliveryId::given("approval", &format!("{}-{}", pending.id, at.as_millisecond()));
        let put = journal
            .put_within(&pending.intents_at(at), &spending, &delivery, now)
            .await?;
        let (kind, name) = (NoteKind::Approval, pending.id.as_str());
        let noted = rewrite::<_, JournalError>(journal, kind, name, "note what was approved", |note| {
            let known = note.as_ref().and_then(Pending::read).unwrap_or_else(|| pending.clone());
            let in_force = Pending {
                state: PendingState::InForce {
                    at,
                    holds: put.holds.iter().map(|hold| hold.id).collect(),
                },
                ..known
            };
            Ok(Rewrite::Write(in_force.note(note.as_ref()), in_force))
        });
        let in_force = noted.await?;
        Ok((in_force, put.holds))
    }
}

/// What can't even wait.
fn refused(pending: &Pending, why: String) -> Waiting {
    tracing::error!(subject = pending.subject, "what needs approval is refused: {why}");
    Waiting {
        refused: Some(why),
        ..Waiting::of(pending)
    }
}
