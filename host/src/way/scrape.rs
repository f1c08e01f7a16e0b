//! A scrape: what a monitoring system reads. State comes from the journal at this moment, counters from this process.

use std::fmt;

use super::Host;
use crate::{
    hold::{HoldFilter, JournalError, NoteKind, approval::Pending},
    metrics::{BudgetUse, PluginState, State, text},
    report::Mode,
};

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum ScrapeError {
    /// The journal failed.
    #[error("the figures can't be read")]
    Journal(#[from] JournalError),
    /// They can't be written down.
    #[error("the figures can't be written as text: that is a fault of Quell, please report it")]
    Text(#[from] fmt::Error),
}

impl Host {
    /// All figures, as [`crate::metrics::CONTENT_TYPE`] says. Calls nobody but the journal.
    ///
    /// # Errors
    /// If the journal can't be read: a monitoring system takes that for a Quell that is down.
    pub async fn scrape(&self) -> Result<String, ScrapeError> {
        for budget in &self.parts.roster.now().budgets {
            self.parts.counters.expect_budget(&budget.name);
        }
        let state = self.state().await?;
        Ok(text(&self.parts.counters, &state)?)
    }

    async fn state(&self) -> Result<State, JournalError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let approvals = journal.notes(NoteKind::Approval).await?;
        let approvals = approvals.iter().filter_map(Pending::read);
        let lists = self.parts.converger.lists().each(now);
        Ok(State {
            now,
            enforcing: self.parts.mode == Mode::Enforce,
            paused: journal.paused().await?.is_some(),
            backlog: journal.backlog().await?,
            queue: self.parts.queue,
            holds: journal.holds(&HoldFilter::default()).await?,
            unfinished: journal.unfinished().await?.len(),
            approvals: approvals.filter(|pending| pending.waits(now)).count(),
            budgets: self.budget_use().await?,
            plugins: self.plugin_states(),
            unknown_lists: lists.iter().filter(|list| list.unknown.is_some()).count(),
            reload_refused: self.parts.roster.refused().is_some(),
            acls: self.parts.converger.seen(),
        })
    }

    /// Of the budgets that are configured: a tally is one of those whom a budget is for.
    async fn budget_use(&self) -> Result<Vec<BudgetUse>, JournalError> {
        let standings = self.budget_standings().await?;
        let roster = self.parts.roster.now();
        let budgets = roster.budgets.iter().map(|budget| {
            let of_it = standings.iter().filter(|standing| standing.budget() == budget.name);
            BudgetUse {
                name: budget.name.clone(),
                used_up: of_it.filter(|standing| standing.is_used_up()).count(),
            }
        });
        Ok(budgets.collect())
    }

    fn plugin_states(&self) -> Vec<PluginState> {
        let roster = self.parts.roster.now();
        let plugins = roster.plugins.iter().map(|routed| PluginState {
            name: routed.name.clone(),
            may: routed.may.clone(),
            loaded: routed.plugin.is_ok(),
            aside: routed.with_breaker(|breaker| breaker.aside_until().is_some()),
        });
        plugins.collect()
    }
}
