//! What passed the guards and was not put in force: a budget is used up, or people must approve first.

use std::fmt::{self, Write};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::style::{BAD, HEADING, NOTE, paint};
use crate::hold::{
    Withheld,
    approval::{Act, ApprovalId, Pending},
};

/// What passed the guards and was not put in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct HeldBack {
    /// What a budget that is used up kept back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// What waits for people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// The budgets that this alert used up: each stands in the report of one alert and in no other, until it comes back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_up: Vec<UsedUp>,
}

/// A budget that was used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct UsedUp {
    /// Its name, and whose it is.
    pub budget: String,
    /// What was too much, and how it comes back.
    pub why: String,
}

/// Something that waits for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Waiting {
    /// Its name, for `quell approve`. If it would only wait, the one that it would have.
    pub id: ApprovalId,
    /// What it does.
    pub subject: String,
    /// The rule that it waits by.
    pub rule: String,
    /// How many people must approve.
    pub people: u8,
    /// How many have.
    pub approved: usize,
    /// Until when it waits.
    pub until: Timestamp,
    /// Why it does not even wait; None if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Waiting {
    /// How something stands that waits.
    pub fn of(pending: &Pending) -> Self {
        let approved = pending.votes.iter().filter(|vote| vote.act == Act::Approve).count();
        Self {
            id: pending.id.clone(),
            subject: pending.subject.clone(),
            rule: pending.rule.clone(),
            people: pending.people,
            approved,
            until: pending.until,
            refused: None,
        }
    }
}

impl HeldBack {
    /// Whether nothing was held back.
    pub fn is_empty(&self) -> bool {
        self.withheld.is_empty() && self.waiting.is_empty() && self.used_up.is_empty()
    }

    /// In a few words, for the summary: one part each.
    pub fn summary(&self) -> impl Iterator<Item = String> + '_ {
        let withheld = self.withheld.first().map(|first| {
            let many = super::summary::count(self.withheld.len(), "hold");
            format!("{many} kept back ({})", first.why)
        });
        let waiting = self.waiting.iter().map(|waiting| match &waiting.refused {
            Some(why) => format!("{} is refused: {why}", waiting.subject),
            None => format!("{} waits for approval as {}", waiting.subject, waiting.id),
        });
        // By calls that write a budget is used up without anything being kept back.
        let is_told = move |used_up: &&UsedUp| self.withheld.first().is_none_or(|first| first.why != used_up.why);
        let used_up = self.used_up.iter().filter(is_told).map(|used_up| used_up.why.clone());
        withheld.into_iter().chain(waiting).chain(used_up)
    }

    /// For a person, a line each.
    pub(super) fn write(&self, out: &mut impl Write) -> fmt::Result {
        if !self.withheld.is_empty() {
            writeln!(out, "{} by budgets", paint(HEADING, "kept back"))?;
        }
        for Withheld { intent, why, .. } in &self.withheld {
            writeln!(
                out,
                "  {} at {}: {}",
                intent.remedy,
                intent.target.resource,
                paint(BAD, why)
            )?;
        }
        if !self.used_up.is_empty() {
            writeln!(out, "{} by this alert", paint(HEADING, "used up"))?;
        }
        for UsedUp { why, .. } in &self.used_up {
            writeln!(out, "  {}", paint(BAD, why))?;
        }
        for waiting in &self.waiting {
            let Waiting {
                id,
                subject,
                rule,
                people,
                approved,
                until,
                refused,
            } = waiting;
            writeln!(out, "{} {subject}", paint(HEADING, "waits for approval"))?;
            match refused {
                Some(why) => writeln!(out, "  {}", paint(BAD, format_args!("refused: {why}")))?,
                None => {
                    let people = if *people == 1 {
                        "one person".to_owned()
                    } else {
                        format!("{people} people")
                    };
                    let told = format!("as {id}, until {until:.0}: {people} must approve ({rule}), {approved} did");
                    writeln!(out, "  {}", paint(NOTE, told))?;
                }
            }
        }
        Ok(())
    }
}
