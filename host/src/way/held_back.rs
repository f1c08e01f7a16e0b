//! Holds back what budgets and people are asked about, between the guards and the journal.

use jiff::Timestamp;

use super::{
    Host,
    rewrite::{Rewrite, rewrite},
};
use crate::{
    hold::{
        Budget, DeliveryId, Hold, Intent, JournalError, Note, NoteKind, Spending, Withheld,
        approval::{ApprovalRule, Pending},
        budget::{Tally, Tripped, kept_back_by, name_in},
    },
    report::{HeldBack, TargetReport, UsedUp, Waiting},
    roster::Snapshot,
    text::with_causes,
};

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
        let all_used_up = match roster.budgets.as_slice() {
            [] => Vec::new(),
            _ => self.used_up(now).await?,
        };
        let (mut passing, mut withheld) = (Vec::new(), Vec::new());
        for intent in free {
            let names: Vec<_> = roster.budgets.iter().map(|budget| budget.tally_of(&intent)).collect();
            let used_up = all_used_up.iter().find(|(name, _)| names.contains(name));
            let rule = used_up.and_then(|_| ApprovalRule::for_intent(&roster.approvals, &intent, true));
            match (used_up, rule) {
                (None, _) => passing.push(intent),
                (Some(_), Some(rule)) => asking.push((intent, rule)),
                (Some((name, why)), None) => withheld.push(Withheld {
                    why: why.clone(),
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

    /// The budgets that keep new holds back, by the names of their tallies, and why.
    async fn used_up(&self, now: Timestamp) -> Result<Vec<(String, String)>, JournalError> {
        let notes = self.parts.journal.notes(NoteKind::Budget).await?;
        let used_up = notes.into_iter().filter_map(|note| {
            let why = kept_back_by(&note, now)?;
            Some((note.name, why))
        });
        Ok(used_up.collect())
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
        let (journal, kind) = (&*self.parts.journal, NoteKind::Budget);
        let charged = rewrite::<_, JournalError>(journal, kind, name, "note what was spent of a budget", |known| {
            // What can't be read keeps everything back as it is.
            let Ok(mut tally) = known
                .as_ref()
                .map_or(Ok(Tally::default()), |note| serde_json::from_str(&note.text))
            else {
                return Ok(Rewrite::Leave(None));
            };
            let has_tripped = tally.add_writes(writes, &budget.limits, budget.comes_back, now);
            let note = known.unwrap_or_else(|| Note::new(kind, name));
            let text = serde_json::to_string(&tally).unwrap_or_default();
            let note = note.saying(text, tally.over(now));
            Ok(Rewrite::Write(note, tally.tripped.filter(|_| has_tripped)))
        });
        let tripped = charged.await?;
        Ok(tripped.map(|tripped| self.tell_used_up(name, &tripped)))
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
}
