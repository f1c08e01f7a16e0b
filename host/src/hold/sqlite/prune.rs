//! Removing what ended long ago.
//!
//! The file does not shrink by it: SQLite keeps the pages that fall free and fills them again, so the file is as large as the journal once was
//! at its largest, and no larger.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{super::Pruned, Failure, ledger, row::from_time};

/// [`Pruned::MOST`], as SQL takes it.
const MOST: i64 = Pruned::MOST.cast_signed();

/// Targets with a hold in force, an entry of ours or a before-image.
const KEPT_TARGETS: &str = "SELECT account, region, resource FROM holds WHERE ended_at IS NULL
                            UNION SELECT account, region, resource FROM own_entries
                            UNION SELECT account, region, resource FROM images";

/// See [`super::super::Journal::prune`].
pub(super) fn prune(sql: &Connection, ended_before: Timestamp) -> Result<Pruned, Failure> {
    let before = from_time(ended_before);
    let pruned = Pruned {
        deliveries: deliveries(sql, before)?,
        holds: holds(sql, before)?,
        changes: changes(sql, before)?,
    };
    ledger::prune(sql, ended_before)?;
    images(sql, before)?;
    feedback(sql, before)?;
    notes(sql, before)?;
    targets(sql, before)?;
    Ok(pruned)
}

fn deliveries(sql: &Connection, before: i64) -> Result<u64, Failure> {
    let mut statement = sql.prepare_cached(
        "DELETE FROM deliveries WHERE id IN (
             SELECT id FROM deliveries WHERE state <> 'waiting' AND received < ?1 ORDER BY received LIMIT ?2
         ) RETURNING id",
    )?;
    let mut forget_offences = sql.prepare_cached("DELETE FROM offences WHERE delivery = ?1")?;
    let mut rows = statement.query(params![before, MOST])?;
    let mut pruned = 0;
    while let Some(row) = rows.next()? {
        forget_offences.execute([row.get::<_, String>(0)?])?;
        pruned += 1;
    }
    Ok(pruned)
}

/// The offences go with their holds.
fn holds(sql: &Connection, before: i64) -> Result<u64, Failure> {
    delete(
        sql,
        "DELETE FROM holds WHERE id IN (
             SELECT id FROM holds WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT ?2
         )",
        before,
    )
}

fn changes(sql: &Connection, before: i64) -> Result<u64, Failure> {
    delete(
        sql,
        "DELETE FROM changes WHERE id IN (
             SELECT id FROM changes WHERE coalesce(finished, begun) < ?1 ORDER BY coalesce(finished, begun) LIMIT ?2
         )",
        before,
    )
}

/// Before-images of parts that nothing holds any more, and that somebody else changed so that they were not put back: those who could want that had their time.
fn images(sql: &Connection, before: i64) -> Result<(), Failure> {
    sql.prepare_cached(
        "DELETE FROM images WHERE written < ?1 AND (account, region, resource) NOT IN (
             SELECT account, region, resource FROM holds WHERE ended_at IS NULL OR ended_at >= ?1
         )",
    )?
    .execute([before])?;
    Ok(())
}

/// What detectors were told, or were not and that was given up.
fn feedback(sql: &Connection, before: i64) -> Result<u64, Failure> {
    delete(
        sql,
        "DELETE FROM feedback WHERE id IN (
             SELECT id FROM feedback WHERE state <> 'waiting' AND owed < ?1 ORDER BY owed LIMIT ?2
         )",
        before,
    )
}

/// What the host need not remember any more.
fn notes(sql: &Connection, before: i64) -> Result<u64, Failure> {
    delete(
        sql,
        "DELETE FROM notes WHERE (kind, name) IN (SELECT kind, name FROM notes WHERE over < ?1 ORDER BY over LIMIT ?2)",
        before,
    )
}

/// What is kept only for targets with a hold or an entry of ours, and leases that nobody gave back.
fn targets(sql: &Connection, before: i64) -> Result<(), Failure> {
    for table in ["spared WHERE", "targets WHERE converged >= revision AND"] {
        sql.prepare_cached(&format!(
            "DELETE FROM {table} (account, region, resource) NOT IN ({KEPT_TARGETS})"
        ))?
        .execute([])?;
    }
    sql.prepare_cached("DELETE FROM leases WHERE until < ?1")?
        .execute([before])?;
    Ok(())
}

fn delete(sql: &Connection, statement: &str, before: i64) -> Result<u64, Failure> {
    let deleted = sql.prepare_cached(statement)?.execute(params![before, MOST])?;
    Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
}
