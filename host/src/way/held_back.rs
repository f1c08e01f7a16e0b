//! Holds back what budgets and people are asked about, between the guards and the journal.

use jiff::Timestamp;

use super::Host;
use crate::{
    hold::{
        Budget, DeliveryId, Hold, Intent, JournalError, Note, NoteKind, Spending, Withheld,
        approval::{ApprovalRule, Pending, PendingState},
        budget::{Tally, Tripped, name_in},
    },
    report::{HeldBack, TargetReport, UsedUp, Waiting},
    roster::Snapshot,
    text::with_causes,
};

/// How many may wait for people at the same time. More than that nobody looks through, and an attacker could hide among them.
const MOST_WAITING: usize = 200;
/// How often a note is tried to be written while others write it.
const TRIES: usize = 8;

/// Intents, by what is to be done with them.
pub(super) struct Sorted<'a> {
    /// What may be put in force.
    pub(super) free: Vec<Intent>,
    /// What waits for people, each with the rule that it waits by.
    pub(super) asking: Vec<(Intent, &'a ApprovalRule)>,
}

/// What becomes of intents before any budget is asked.
pub(super) fn sort(intents: Vec<Intent>, rules: &[ApprovalRule]) -> Sorted<'_> {
    let mut sorted = Sorted {
        free: Vec::new(),
        asking: Vec::new(),
    };
    for intent in intents {
        match ApprovalRule::for_intent(rules, &intent, false) {
            Some(rule) => sorted.asking.push((intent, rule)),
            None => sorted.free.push(intent),
        }
    }
    sorted
}

impl Host {
    /// Puts what may be in force there, and lets the rest wait for people or be kept back.
    pub(super) async fn put_in_force(
        &self,
        intents: Vec<Intent>,
        roster: &Snapshot,
        delivery: &DeliveryId,
        now: Timestamp,
    ) -> Result<(Vec<Hold>, HeldBack), JournalError> {
        let Sorted { free, mut asking } = sort(intents, &roster.approvals);
        let spending = Spending {
            budgets: roster.budgets.clone(),
            is_approved: false,
        };
        let put = self.parts.journal.put_within(&free, &spending, delivery, now).await?;
        let used_up = put
            .tripped
            .iter()
            .map(|(name, tripped)| self.tell_used_up(name, tripped))
            .collect();
        let mut withheld = Vec::new();
        for kept_back in put.withheld {
            match ApprovalRule::for_intent(&roster.approvals, &kept_back.intent, true) {
                Some(rule) => asking.push((kept_back.intent, rule)),
                None => withheld.push(kept_back),
            }
        }
        let waiting = self.ask_people(asking, delivery, now).await?;
        let held_back = HeldBack {
            withheld,
            waiting,
            used_up,
        };
        Ok((put.holds, held_back))
    }

    /// What [`Self::put_in_force`] would hold back, as far as that can be told without writing: budgets that are used up already, and what would wait.
    pub(super) async fn would_hold_back(
        &self,
        intents: Vec<Intent>,
        roster: &Snapshot,
        now: Timestamp,
    ) -> Result<(Vec<Intent>, HeldBack), JournalError> {
        let Sorted { free, mut asking } = sort(intents, &roster.approvals);
        let tripped = match roster.budgets.as_slice() {
            [] => Vec::new(),
            _ => self.tripped(now).await?,
        };
        let (mut passing, mut withheld) = (Vec::new(), Vec::new());
        for intent in free {
            let names: Vec<_> = roster.budgets.iter().map(|budget| budget.tally_of(&intent)).collect();
            let used_up = tripped.iter().find(|(name, _)| names.contains(name));
            let rule = used_up.and_then(|_| ApprovalRule::for_intent(&roster.approvals, &intent, true));
            match (used_up, rule) {
                (None, _) => passing.push(intent),
                (Some(_), Some(rule)) => asking.push((intent, rule)),
                (Some((name, tripped)), None) => withheld.push(Withheld {
                    why: tripped.told(name),
                    budget: name.clone(),
                    intent,
                }),
            }
        }
        let waiting = Pending::of(asking, "", now);
        let waiting = waiting.iter().map(Waiting::of).collect();
        let held_back = HeldBack {
            withheld,
            waiting,
            ..HeldBack::default()
        };
        Ok((passing, held_back))
    }

    async fn tripped(&self, now: Timestamp) -> Result<Vec<(String, Tripped)>, JournalError> {
        let notes = self.parts.journal.notes(NoteKind::Budget).await?;
        let tripped = notes.into_iter().filter_map(|note| {
            let tally: Tally = serde_json::from_str(&note.text).ok()?;
            Some((note.name, tally.tripped_at(now)?.clone()))
        });
        Ok(tripped.collect())
    }

    /// Lets intents wait. What waits already goes on waiting as it does; if it is another plan for the same, the one before is void.
    async fn ask_people(
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
        for _ in 0..TRIES {
            let known = journal.notes(NoteKind::Approval).await?;
            let others: Vec<_> = known
                .iter()
                .filter_map(|note| Some((note, Pending::read(note)?)))
                .filter(|(_, other)| other.waits(now))
                .collect();
            let is_same = |other: &Pending| other.id == pending.id && other.plan == pending.plan;
            if let Some((_, same)) = others.iter().find(|(_, other)| is_same(other)) {
                return Ok(Waiting::of(same));
            }
            if others.len() >= MOST_WAITING {
                let why = format!("{MOST_WAITING} others wait for people already");
                tracing::error!(subject = pending.subject, "what needs approval is refused: {why}");
                return Ok(Waiting {
                    refused: Some(why),
                    ..Waiting::of(&pending)
                });
            }
            for (note, other) in others.iter().filter(|(_, other)| other.is_about_the_same(&pending)) {
                let void = Pending {
                    state: PendingState::Void {
                        at: now,
                        by: pending.id.clone(),
                    },
                    ..other.clone()
                };
                if journal.write_note(&void.note(Some(note))).await? {
                    tracing::warn!(
                        approval = %other.id,
                        subject = other.subject,
                        "the plan changed: what was approved of so far counts no more, {} waits in its place",
                        pending.id
                    );
                }
            }
            let before = known.iter().find(|note| note.name == pending.id.as_str());
            let waits = match before.and_then(Pending::read) {
                Some(before) => pending.clone().after(&before),
                None => pending.clone(),
            };
            if journal.write_note(&waits.note(before)).await? {
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

    /// Charges the calls that an alert caused to the budgets that limit them, and says which of these it used up. What can't be charged is told to the log: the calls are
    /// made, and the alert is done.
    pub(super) async fn charge_writes(
        &self,
        targets: &[TargetReport],
        intents: &[Intent],
        budgets: &[Budget],
        now: Timestamp,
    ) -> Vec<UsedUp> {
        let mut used_up = Vec::new();
        for budget in budgets.iter().filter(|budget| budget.limits.writes_per_hour.is_some()) {
            for target in targets.iter().filter(|target| !target.changes.is_empty()) {
                let Some(intent) = intents.iter().find(|intent| intent.target == target.target) else {
                    continue;
                };
                let writes = u32::try_from(target.changes.len()).unwrap_or(u32::MAX);
                match self.charge(budget, &budget.tally_of(intent), writes, now).await {
                    Ok(one) => used_up.extend(one),
                    Err(error) => tracing::error!("calls could not be charged to a budget: {}", with_causes(&error)),
                }
            }
        }
        used_up
    }

    async fn charge(
        &self,
        budget: &Budget,
        name: &str,
        writes: u32,
        now: Timestamp,
    ) -> Result<Option<UsedUp>, JournalError> {
        let journal = &self.parts.journal;
        for _ in 0..TRIES {
            let known = journal.note(NoteKind::Budget, name).await?;
            // What can't be read keeps everything back as it is.
            let Ok(mut tally) = known
                .as_ref()
                .map_or(Ok(Tally::default()), |note| serde_json::from_str(&note.text))
            else {
                return Ok(None);
            };
            let has_tripped = tally.add_writes(writes, &budget.limits, budget.comes_back, now);
            let note = known.unwrap_or_else(|| Note::new(NoteKind::Budget, name));
            let text = serde_json::to_string(&tally).unwrap_or_default();
            if journal.write_note(&note.saying(text, tally.over(now))).await? {
                let tripped = tally.tripped.as_ref().filter(|_| has_tripped);
                return Ok(tripped.map(|tripped| self.tell_used_up(name, tripped)));
            }
        }
        Err(JournalError::Contended {
            doing: "note what was spent of a budget",
        })
    }

    /// Says that a budget is used up: once, whoever counts in it, because the journal says who was first.
    fn tell_used_up(&self, name: &str, tripped: &Tripped) -> UsedUp {
        let why = tripped.told(name);
        tracing::error!(budget = name, "{why}; new holds are reported and not put in force");
        self.parts.counters.budget_used_up(name_in(name));
        UsedUp {
            budget: name.to_owned(),
            why,
        }
    }

    /// Refuses what waited for too long, and puts in force what was approved by a process that died over it.
    pub(super) async fn tend_approvals(&self) -> Result<(), JournalError> {
        if self.parts.roster.now().approvals.is_empty() {
            return Ok(());
        }
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        for note in journal.notes(NoteKind::Approval).await? {
            let Some(pending) = Pending::read(&note) else {
                tracing::error!(
                    approval = note.name,
                    "what waits for approval can't be read, and is not done"
                );
                continue;
            };
            match pending.standing(now) {
                PendingState::Approved { at } => {
                    self.put_approved(&pending, at).await?;
                }
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
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts the holds in force that enough people approved of. Twice does no harm.
    pub(super) async fn put_approved(
        &self,
        pending: &Pending,
        at: Timestamp,
    ) -> Result<(Pending, Vec<Hold>), JournalError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let spending = Spending {
            budgets: self.parts.roster.now().budgets.clone(),
            is_approved: true,
        };
        let delivery = DeliveryId::given("approval", &format!("{}-{}", pending.id, at.as_millisecond()));
        let put = journal
            .put_within(&pending.intents_at(at), &spending, &delivery, now)
            .await?;
        for _ in 0..TRIES {
            let note = journal.note(NoteKind::Approval, pending.id.as_str()).await?;
            let known = note.as_ref().and_then(Pending::read).unwrap_or_else(|| pending.clone());
            let in_force = Pending {
                state: PendingState::InForce {
                    at,
                    holds: put.holds.iter().map(|hold| hold.id).collect(),
                },
                ..known
            };
            if journal.write_note(&in_force.note(note.as_ref())).await? {
                return Ok((in_force, put.holds));
            }
        }
        Err(JournalError::Contended {
            doing: "note what was approved",
        })
    }
}
