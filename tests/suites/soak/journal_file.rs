//! The journal's file, looked at from outside.

use std::path::Path;

use anyhow::ensure;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

/// How many rows there are.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) deliveries: i64,
    pub(crate) holds: i64,
    pub(crate) changes: i64,
    pub(crate) offences: i64,
    pub(crate) own_entries: i64,
    pub(crate) leases: i64,
}

impl Rows {
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            deliveries,
            holds,
            changes,
            offences,
            own_entries,
            leases,
        } = self;
        [deliveries, holds, changes, offences, own_entries, leases]
            .into_iter()
            .all(|rows| *rows == 0)
    }
}

fn open(path: &Path) -> anyhow::Result<Connection> {
    Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// Counts.
pub(crate) fn rows(path: &Path) -> anyhow::Result<Rows> {
    let journal = open(path)?;
    let count = |table: &str| journal.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
    Ok(Rows {
        deliveries: count("deliveries")?,
        holds: count("holds")?,
        changes: count("changes")?,
        offences: count("offences")?,
        own_entries: count("own_entries")?,
        leases: count("leases")?,
    })
}

/// How many holds there ever were.
pub(crate) fn holds_in_all(path: &Path) -> anyhow::Result<i64> {
    Ok(
        open(path)?.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'holds'", [], |row| {
            row.get(0)
        })?,
    )
}

/// Looks whether anything is kept that ended before a time, or for the sake of something that is not kept any more; and whether an alert was given up.
pub(crate) fn check(path: &Path, kept_since: Timestamp) -> anyhow::Result<()> {
    let journal = open(path)?;
    let before = kept_since.as_millisecond();
    let wrong = [
        "deliveries WHERE state <> 'waiting' AND received < ?1",
        "deliveries WHERE state = 'failed' AND ?1 > 0",
        "holds WHERE ended_at < ?1",
        "changes WHERE coalesce(finished, begun) < ?1",
        "offences WHERE ?1 > 0 AND (delivery NOT IN (SELECT id FROM deliveries) OR hold NOT IN (SELECT id FROM holds))",
        "pardons WHERE until < ?1",
        "leases WHERE until < ?1",
    ];
    for wrong in wrong {
        let kept: i64 = journal.query_row(&format!("SELECT count(*) FROM {wrong}"), [before], |row| row.get(0))?;
        ensure!(kept == 0, "the journal keeps {kept} {wrong} with {before}");
    }
    Ok(())
}

/// How large the journal is, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) file: u64,
    /// The write-ahead log: its size goes up and down between two fixed bounds, whatever is in the journal.
    pub(crate) log: u64,
}

/// How large the journal is.
pub(crate) fn size(path: &Path) -> anyhow::Result<Size> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    Ok(Size {
        file: std::fs::metadata(path)?.len(),
        log: std::fs::metadata(log).map_or(0, |log| log.len()),
    })
}
