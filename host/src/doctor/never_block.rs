//! The never-block lists: whether they can be read, and whether anything stands in them.

use jiff::Timestamp;

use super::{Finding, Verdict};
use crate::{
    guard::NeverBlock,
    never_block::{ListStanding, Standing},
    report::summary::count,
};

/// How each list stands, after all were read.
pub fn lists(lists: &[ListStanding], standing: &Standing, now: Timestamp) -> Vec<Finding> {
    lists.iter().map(|list| one(list, &standing.entries, now)).collect()
}

fn one(list: &ListStanding, entries: &[NeverBlock], now: Timestamp) -> Finding {
    let of = |verdict, why: String| Finding::of_machine(format!("never-block list {}", list.name), verdict, why);
    if let Some(unknown) = &list.unknown {
        return of(Verdict::Missing, unknown.clone());
    }
    let place = &list.place;
    let mut in_force = entries
        .iter()
        .filter(|entry| entry.list.as_ref() == Some(&list.name) && entry.is_in_force(now));
    match (list.entries, in_force.next()) {
        (0, _) => of(
            Verdict::Note,
            format!("nothing stands in {place}, which `may-be-empty` allows: it spares nobody"),
        ),
        (many, None) => {
            let entries = count(many, "entry");
            of(
                Verdict::Note,
                format!(
                    "{place} has {entries}, and all of them are over: it spares nobody; give them later ends or take them out"
                ),
            )
        }
        (many, Some(_)) => of(Verdict::Fine, format!("{place} has {}", count(many, "entry"))),
    }
}
