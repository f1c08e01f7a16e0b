//! What came of an order, as text for a person.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

use super::{Done, TargetOutcome, Uncovered};
use crate::{
    cloud::Family,
    converge::Aggregate,
    hold::{Hold, Pause},
    report::{
        style::{BAD, HEADING, NOTE, QUIET, paint},
        summary::count,
        text::write_change,
    },
};

/// How many holds that nothing covers are told for one reason. In a storm there may be thousands; `quell holds --uncovered` lists all.
const MOST_UNCOVERED: usize = 10;

impl Display for Done {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Released { .. } => self.write_released(out),
            Self::Extended { holds, .. } => holds.iter().try_for_each(|hold| {
                let until = hold.until.map_or_else(
                    || "until it is released".to_owned(),
                    |until| format!("until {until:.0}"),
                );
                writeln!(out, "hold {} lasts {until}: {}", hold.id, on(hold))
            }),
            Self::PardonEnded { prefix, .. } => writeln!(out, "{prefix} is no longer pardoned"),
            Self::NeverBlock { pardon, suspended, .. } => {
                let (prefix, lasts) = (pardon.prefix, pardon.lasts());
                let reason = paint(QUIET, format!("({})", pardon.reason));
                writeln!(out, "{prefix} is never blocked {lasts} {reason}")?;
                write_suspended(out, suspended)
            }
            Self::NeverBlocked { asked, entries, lists } => {
                super::never_block_table::write(out, *asked, entries, lists)
            }
            Self::Paused { pause, .. } => {
                writeln!(out, "{}; what ends is still taken back", paused(pause))?;
                writeln!(out, "`quell resume` goes on")
            }
            Self::Resumed { pause: Some(pause), .. } => writeln!(out, "goes on; was {}", paused(pause)),
            Self::Resumed { pause: None, .. } => writeln!(out, "was not paused"),
            Self::Converged { acls } | Self::Planned { acls } if acls.is_empty() => {
                writeln!(out, "nothing is in force, and no network ACL has an entry of Quell's")
            }
            Self::Converged { .. } | Self::Planned { .. } => Ok(()),
            Self::Capacity { acls } => super::capacity_table::write(out, acls),
            Self::Plugins {
                answers,
                plugins,
                refused,
            } => super::plugin_table::write(out, plugins, *answers, refused.as_ref()),
            Self::Voted { pending, holds, .. } => {
                super::trust_table::write_vote(out, pending)?;
                holds
                    .iter()
                    .try_for_each(|hold| writeln!(out, "hold {} in force: {}", hold.id, on(hold)))
            }
            Self::Approvals { approvals, now } => super::trust_table::write_approvals(out, approvals, *now),
            Self::Budgets { budgets } => super::trust_table::write_budgets(out, budgets),
            Self::BudgetReset { name, tripped: Some(_) } => writeln!(out, "budget {name} is back"),
            Self::BudgetReset { name, tripped: None } => writeln!(out, "budget {name} was not used up; it begins anew"),
        }?;
        let verbose = matches!(self, Self::Converged { .. } | Self::Planned { .. });
        for acl in self.acls() {
            acl.write(out, matches!(self, Self::Planned { .. }), verbose)?;
        }
        self.write_unfinished(out)
    }
}

impl Done {
    fn write_released(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self::Released {
            holds,
            pardons,
            suspended,
            ..
        } = self
        else {
            return Ok(());
        };
        for hold in holds {
            writeln!(out, "hold {} released: {}", hold.id, on(hold))?;
        }
        if holds.is_empty() {
            writeln!(out, "no hold had to be released")?;
        }
        for pardon in pardons {
            let reason = paint(QUIET, format!("({})", pardon.reason));
            writeln!(out, "{} is pardoned {} {reason}", pardon.prefix, pardon.lasts())?;
        }
        write_suspended(out, suspended)
    }

    /// That the journal has the order, though some network ACL does not follow yet.
    fn write_unfinished(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let failed = self.failures().count();
        if failed == 0 || matches!(self, Self::Planned { .. } | Self::Capacity { .. }) {
            return Ok(());
        }
        let what = match self {
            Self::Released { holds, .. } if !holds.is_empty() => "released, but not everything could be removed yet",
            Self::Converged { .. } => "not everything could be done",
            _ => "the journal has it, but not everything could be done yet",
        };
        let told = format!(
            "{what}, at {}: a running Quell tries again by itself, `quell converge` tries at once",
            count(failed, "network ACL")
        );
        writeln!(out, "{}", paint(BAD, told))
    }
}

fn write_suspended(out: &mut Formatter<'_>, suspended: &[Hold]) -> fmt::Result {
    suspended.iter().try_for_each(|hold| {
        let told = format!("stays, but denies nothing before the pardon ends: {}", on(hold));
        writeln!(out, "{}", paint(NOTE, format!("hold {} {told}", hold.id)))
    })
}

/// What a hold does, and where.
fn on(hold: &Hold) -> String {
    format!("{} at {}", hold.remedy, hold.target.resource)
}

/// Since when Quell is paused, and why.
pub fn paused(pause: &Pause) -> String {
    let told = format!("paused since {:.0}", pause.since);
    format!("{} ({})", paint(NOTE, told), pause.reason)
}

impl TargetOutcome {
    /// `verbose` tells of what stays as it is, too.
    fn write(&self, out: &mut Formatter<'_>, is_plan: bool, verbose: bool) -> fmt::Result {
        if self.changes.is_empty() && self.drift.is_empty() && self.failure.is_none() && !verbose {
            return Ok(());
        }
        writeln!(out, "{} {}", paint(HEADING, self.target.resource.kind()), self.target)?;
        if let Some(failure) = &self.failure {
            return writeln!(out, "  {} {}", paint(BAD, "failed:"), failure.message);
        }
        for drift in &self.drift {
            writeln!(out, "  {} {drift}", paint(NOTE, "drift"))?;
        }
        match (self.changes.is_empty(), is_plan) {
            (true, _) => writeln!(out, "  nothing to change")?,
            (false, true) => writeln!(out, "  would change:")?,
            (false, false) => writeln!(out, "  changed:")?,
        }
        self.changes.iter().try_for_each(|told| write_change(out, told))?;
        if verbose {
            let all = count(self.covered + self.not_covered.len(), "hold");
            writeln!(out, "  {all} in force, {} covered", self.covered)?;
            self.write_shared(out)?;
            self.write_uncovered(out)?;
        }
        Ok(())
    }

    fn write_shared(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.aggregates.is_empty() {
            return Ok(());
        }
        writeln!(out, "  shared rules, for want of room:")?;
        for aggregate in &self.aggregates {
            let Aggregate {
                rule,
                direction,
                prefix,
                offenders,
                innocents,
            } = aggregate;
            let also = match (innocents, Family::of(*prefix)) {
                (0, _) => "nobody else".to_owned(),
                (1, Family::IPv4) => paint(NOTE, "one address") + " that no hold asks for",
                (many, Family::IPv4) => paint(NOTE, format!("{many} addresses")) + " that no hold asks for",
                (1, Family::IPv6) => paint(NOTE, "one /64") + " that no hold asks for",
                (many, Family::IPv6) => paint(NOTE, format!("{many} /64s")) + " that no hold asks for",
            };
            let offenders = count(*offenders, "offender");
            writeln!(out, "    {rule} deny {prefix} {direction}: {offenders} and {also}")?;
        }
        Ok(())
    }

    /// By reason, because in a storm all have the same.
    fn write_uncovered(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut reasons: BTreeMap<&str, Vec<&Uncovered>> = BTreeMap::new();
        for uncovered in &self.not_covered {
            reasons.entry(&uncovered.why).or_default().push(uncovered);
        }
        for (why, holds) in reasons {
            let many = count(holds.len(), "hold");
            writeln!(out, "  {} {many}: {why}", paint(BAD, "NOT COVERED"))?;
            for Uncovered { hold, remedy, .. } in holds.iter().take(MOST_UNCOVERED) {
                writeln!(out, "    hold {hold} {remedy}")?;
            }
            if let Some(more @ 1..) = holds.len().checked_sub(MOST_UNCOVERED) {
                writeln!(out, "    and {more} more; `quell holds --uncovered` lists all")?;
            }
        }
        Ok(())
    }
}
