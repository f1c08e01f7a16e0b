//! What waits for people, and how budgets stand, as text.

use std::fmt::{self, Formatter};

use comfy_table::{Table, presets};
use jiff::Timestamp;

use super::BudgetStanding;
use crate::{
    hold::approval::{Act, How, Pending, PendingState, Vote},
    report::{
        left::left,
        style::{BAD, QUIET, paint},
    },
};

/// What waits, or waited, and who said what.
pub(super) fn write_approvals(out: &mut Formatter<'_>, approvals: &[Pending], now: Timestamp) -> fmt::Result {
    if approvals.is_empty() {
        return writeln!(out, "nothing waits for approval");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["HOLD", "WHAT", "RULE", "APPROVED", "LEFT", "SINCE", "PLUGIN", "WHY"]);
    for pending in approvals {
        let approved = pending.votes.iter().filter(|vote| vote.act == Act::Approve).count();
        let first = pending.intents.first();
        table.add_row([
            pending.id.to_string(),
            pending.subject.clone(),
            pending.rule.clone(),
            format!("{approved} of {}", pending.people),
            match &pending.state {
                PendingState::Waiting => left(pending.until.duration_since(now)),
                state => word(state).to_owned(),
            },
            format!("{:.0}", pending.since),
            first.map(|intent| intent.plugin.clone()).unwrap_or_default(),
            first.map(|intent| intent.reason.clone()).unwrap_or_default(),
        ]);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    for pending in approvals {
        write_words(out, pending)?;
    }
    Ok(())
}

fn write_words(out: &mut Formatter<'_>, pending: &Pending) -> fmt::Result {
    for vote in &pending.votes {
        writeln!(out, "{} {}", pending.id, said(vote))?;
    }
    match &pending.state {
        PendingState::Waiting => Ok(()),
        state => writeln!(out, "{} {}", pending.id, paint(QUIET, state.told())),
    }
}

fn said(vote: &Vote) -> String {
    let Vote {
        by,
        act,
        reason,
        at,
        how,
    } = vote;
    let what = match act {
        Act::Approve => "approved",
        Act::Reject => "rejected",
    };
    let how = match how {
        How::Order => "",
        How::Link => ", by a link",
    };
    let reason = if reason.is_empty() { "no reason given" } else { reason };
    format!("{what} by {by} at {at:.0}{how} ({reason})")
}

fn word(state: &PendingState) -> &'static str {
    match state {
        PendingState::Waiting => "waits",
        PendingState::Approved { .. } => "approved",
        PendingState::InForce { .. } => "in force",
        PendingState::Rejected { .. } => "rejected",
        PendingState::Lapsed { .. } => "nobody approved",
        PendingState::Void { .. } => "plan changed",
    }
}

/// What one person's word came to.
pub(super) fn write_vote(out: &mut Formatter<'_>, pending: &Pending) -> fmt::Result {
    let approved = pending.votes.iter().filter(|vote| vote.act == Act::Approve).count();
    match &pending.state {
        PendingState::Waiting => writeln!(
            out,
            "{} {}: {approved} of {} people approved, it waits until {:.0}",
            pending.id, pending.subject, pending.people, pending.until
        ),
        state => writeln!(out, "{} {}: {}", pending.id, pending.subject, state.told()),
    }
}

/// What was spent, of how much.
pub(super) fn write_budgets(out: &mut Formatter<'_>, budgets: &[BudgetStanding]) -> fmt::Result {
    if budgets.is_empty() {
        return writeln!(out, "there is no budget ([[budget]]), and nothing was counted");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "BUDGET",
        "HOLDS/MINUTE",
        "HOLDS/HOUR",
        "ADDRESSES/HOUR",
        "INSTANCES/HOUR",
        "WRITES/HOUR",
        "COMES BACK",
        "STATE",
    ]);
    for budget in budgets {
        table.add_row(row(budget));
    }
    writeln!(out, "{}", table.trim_fmt())?;
    for budget in budgets {
        if let Some(tripped) = &budget.tripped {
            writeln!(out, "{}", paint(BAD, tripped.told(&budget.name)))?;
        }
        if budget.spent.is_none() {
            let told = format!(
                "what was spent of `{0}` can't be read: `quell budgets reset {0}` begins it anew",
                budget.name
            );
            writeln!(out, "{}", paint(BAD, told))?;
        }
    }
    Ok(())
}

fn row(budget: &BudgetStanding) -> [String; 8] {
    let spent = budget.spent.unwrap_or_default();
    let limits = budget.limits.unwrap_or_default();
    let of = |spent: u64, most: Option<u64>| match most {
        Some(most) => format!("{spent} of {most}"),
        None => spent.to_string(),
    };
    [
        budget.name.clone(),
        of(spent.holds_per_minute.into(), limits.holds_per_minute.map(u64::from)),
        of(spent.holds_per_hour.into(), limits.holds_per_hour.map(u64::from)),
        of(spent.addresses_per_hour, limits.addresses_per_hour),
        of(
            spent.instances_per_hour.into(),
            limits.instances_per_hour.map(u64::from),
        ),
        of(spent.writes_per_hour.into(), limits.writes_per_hour.map(u64::from)),
        budget.comes_back.map(|back| back.to_string()).unwrap_or_default(),
        match (&budget.tripped, &budget.spent) {
            (Some(_), _) => "used up".to_owned(),
            (None, None) => "unreadable".to_owned(),
            (None, Some(_)) => "good".to_owned(),
        },
    ]
}
