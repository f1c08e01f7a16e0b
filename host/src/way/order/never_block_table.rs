//! What is never blocked, as a table.

use std::fmt::{self, Formatter};

use comfy_table::{Table, presets};

use super::{Asked, NeverBlocked};
use crate::{
    never_block::ListStanding,
    report::{
        style::{BAD, GOOD, NOTE, paint},
        summary::count,
    },
};

pub(super) fn write(
    out: &mut Formatter<'_>,
    asked: Asked,
    entries: &[NeverBlocked],
    lists: &[ListStanding],
) -> fmt::Result {
    match asked {
        Asked::About(address) if entries.is_empty() => {
            writeln!(
                out,
                "{}",
                paint(NOTE, format!("{address} may be blocked: nobody says otherwise"))
            )?;
        }
        Asked::About(address) => writeln!(out, "{}", paint(GOOD, format!("{address} is never blocked")))?,
        Asked::All => {}
    }
    if !entries.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["PREFIX", "BY", "UNTIL", "REASON"]);
        for entry in entries {
            table.add_row([
                entry.prefix.to_string(),
                entry.by.clone(),
                entry.until.map_or_else(String::new, |until| format!("{until:.0}")),
                entry.reason.clone().unwrap_or_default(),
            ]);
        }
        writeln!(out, "{}", table.trim_fmt())?;
    }
    lists.iter().try_for_each(|list| write_list(out, asked, list))
}

/// A list that is in order is told only to who wants to see all.
fn write_list(out: &mut Formatter<'_>, asked: Asked, list: &ListStanding) -> fmt::Result {
    let ListStanding { name, place, .. } = list;
    match (&list.unknown, &list.failure, list.read) {
        (Some(unknown), ..) => writeln!(out, "{} {unknown}", paint(BAD, "unreadable:")),
        (None, Some(failure), Some(read)) => writeln!(
            out,
            "{} list {name} ({place}) can't be read: {failure}; what it had at {read:.0} goes on for {}",
            paint(NOTE, "note:"),
            list.max_age
        ),
        (None, None, Some(read)) if asked == Asked::All => {
            let entries = count(list.entries, "entry");
            writeln!(out, "list {name} ({place}) has {entries}, read at {read:.0}")
        }
        _ => Ok(()),
    }
}
