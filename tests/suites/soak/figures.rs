//! What a soak came to, in figures.

use std::fmt;

/// What happened, counted.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) alerts: usize,
    pub(crate) sent_twice: usize,
    pub(crate) writes: usize,
    pub(crate) calls_that_failed: usize,
    pub(crate) edits_by_hand: usize,
    pub(crate) drift_repaired: usize,
    pub(crate) orders: usize,
    pub(crate) restarts: usize,
    pub(crate) deaths_at_a_write: usize,
    pub(crate) inspections: usize,
    pub(crate) holds_in_all: i64,
    pub(crate) most_holds: usize,
    pub(crate) most_not_covered: usize,
    pub(crate) most_entries_on_one_acl: usize,
    pub(crate) longest_overdue_seconds: i64,
    pub(crate) journal_bytes: u64,
    pub(crate) most_deliveries_kept: i64,
}

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            alerts,
            sent_twice,
            writes,
            calls_that_failed,
            edits_by_hand,
            drift_repaired,
            orders,
            restarts,
            deaths_at_a_write,
            inspections,
            holds_in_all,
            most_holds,
            most_not_covered,
            most_entries_on_one_acl,
            longest_overdue_seconds,
            journal_bytes,
            most_deliveries_kept,
        } = self;
        writeln!(
            formatter,
            "alerts               {alerts}, {sent_twice} of them sent twice"
        )?;
        writeln!(
            formatter,
            "holds                {holds_in_all}, at most {most_holds} at once, of these at most {most_not_covered} not covered"
        )?;
        writeln!(
            formatter,
            "calls                {writes} writes, {calls_that_failed} calls failed"
        )?;
        writeln!(
            formatter,
            "entries of ours      at most {most_entries_on_one_acl} on one network ACL"
        )?;
        writeln!(
            formatter,
            "after its end        an entry stood at most {longest_overdue_seconds} s"
        )?;
        writeln!(
            formatter,
            "edits by hand        {edits_by_hand}, {drift_repaired} entries of ours repaired"
        )?;
        writeln!(formatter, "orders               {orders}")?;
        writeln!(
            formatter,
            "restarts             {restarts}, {deaths_at_a_write} of them deaths at a write"
        )?;
        writeln!(formatter, "inspections          {inspections}, nothing wrong")?;
        write!(
            formatter,
            "journal              {:.1} MiB at its largest, at most {most_deliveries_kept} deliveries kept",
            *journal_bytes as f64 / (1024.0 * 1024.0)
        )
    }
}
