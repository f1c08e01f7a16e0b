//! What was spent of budgets, and bringing one back.

use serde::{Deserialize, Serialize};

use super::{Done, OrderError};
use crate::{
    hold::{
        JournalError, NoteKind,
        budget::{ComesBack, Limits, Spent, Tally, Tripped, name_in},
    },
    way::{
        Host,
        rewrite::{Rewrite, rewrite},
    },
};

/// How one budget stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BudgetStanding {
    /// Its name, and whose it is.
    pub name: String,
    /// What was spent. None: it can't be read, and keeps everything back.
    pub spent: Option<Spent>,
    /// How much it is. None: the configuration has it no more.
    pub limits: Option<Limits>,
    /// How it comes back.
    pub comes_back: Option<ComesBack>,
    /// Since when it is used up, if it is.
    pub tripped: Option<Tripped>,
}

impl BudgetStanding {
    /// The budget's own name.
    pub fn budget(&self) -> &str {
        name_in(&self.name)
    }

    /// Whether it keeps new holds back.
    pub fn is_used_up(&self) -> bool {
        self.spent.is_none() || self.tripped.is_some()
    }
}

impl Host {
    /// How the budgets stand.
    pub(super) async fn budgets(&self) -> Result<Done, OrderError> {
        let budgets = self.budget_standings().await?;
        Ok(Done::Budgets { budgets })
    }

    /// How each budget stands, and that of each of those whom one is for, by name.
    pub(in crate::way) async fn budget_standings(&self) -> Result<Vec<BudgetStanding>, JournalError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let roster = self.parts.roster.now();
        let notes = journal.notes(NoteKind::Budget).await?;
        let mut budgets: Vec<_> = notes
            .iter()
            .filter_map(|note| {
                let budget = roster.budgets.iter().find(|budget| budget.name == name_in(&note.name));
                let tally: Option<Tally> = serde_json::from_str(&note.text).ok();
                // What can't be read keeps everything back, however old it is.
                (note.over > now || tally.is_none()).then(|| BudgetStanding {
                    name: note.name.clone(),
                    spent: tally.as_ref().map(|tally| tally.spent(now)),
                    limits: budget.map(|budget| budget.limits),
                    comes_back: budget.map(|budget| budget.comes_back),
                    tripped: tally.as_ref().and_then(|tally| tally.tripped_at(now)).cloned(),
                })
            })
            .collect();
        for budget in &roster.budgets {
            let is_of = |standing: &BudgetStanding| standing.budget() == budget.name;
            if !budgets.iter().any(is_of) {
                budgets.push(BudgetStanding {
                    name: budget.name.clone(),
                    spent: Some(Spent::default()),
                    limits: Some(budget.limits),
                    comes_back: Some(budget.comes_back),
                    tripped: None,
                });
            }
        }
        budgets.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(budgets)
    }

    /// Brings a budget back, as if nothing had been spent of it.
    pub(super) async fn reset_budget(&self, name: &str) -> Result<Done, OrderError> {
        let (journal, now) = (&*self.parts.journal, self.parts.clock.now());
        let reset = rewrite::<_, OrderError>(journal, NoteKind::Budget, name, "bring a budget back", |known| {
            let Some(note) = known else {
                return Ok(Rewrite::Leave(None));
            };
            let tally: Option<Tally> = serde_json::from_str(&note.text).ok();
            let text = serde_json::to_string(&Tally::default()).unwrap_or_default();
            let reset = Done::BudgetReset {
                name: name.to_owned(),
                tripped: tally.as_ref().and_then(|tally| tally.tripped_at(now)).cloned(),
            };
            Ok(Rewrite::Write(note.saying(text, now), Some(reset)))
        });
        let Some(reset) = reset.await? else {
            let known = journal.notes(NoteKind::Budget).await?;
            return Err(OrderError::NoBudget {
                name: name.to_owned(),
                known: known.into_iter().map(|note| note.name).collect(),
            });
        };
        tracing::info!(budget = name, "budget brought back by hand");
        Ok(reset)
    }
}
