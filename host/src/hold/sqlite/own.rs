//! The entries that are ours, in SQL.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    super::{OwnEntry, Target},
    Failure,
    row::{from_time, from_value, to_time, to_value},
};
use crate::cloud::Entry;

/// How an entry that is ours stands.
pub(super) struct Standing {
    /// Whether the write of it is known to have been done.
    pub(super) confirmed: bool,
    /// When the write of it last began.
    pub(super) written: Timestamp,
}

/// How an entry stands; None if it is not ours.
pub(super) fn standing(sql: &Connection, target: &Target, entry: &Entry) -> Result<Option<Standing>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let found: Option<(bool, i64)> = sql
        .prepare_cached(
            "SELECT confirmed, written FROM own_entries
             WHERE account = ?1 AND region = ?2 AND resource = ?3 AND direction = ?4 AND number = ?5 AND entry = ?6",
        )?
        .query_row(
            params![
                account,
                region,
                resource.as_str(),
                entry.direction.name(),
                entry.number,
                from_value(entry)?
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    found
        .map(|(confirmed, written)| {
            Ok(Standing {
                confirmed,
                written: to_time(written)?,
            })
        })
        .transpose()
}

/// Makes an entry ours, or notes how it stands.
pub(super) fn keep(sql: &Connection, target: &Target, entry: &Entry, standing: &Standing) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached(
        "INSERT INTO own_entries (account, region, resource, direction, number, entry, confirmed, written)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET confirmed = excluded.confirmed, written = excluded.written",
    )?
    .execute(params![
        account,
        region,
        resource.as_str(),
        entry.direction.name(),
        entry.number,
        from_value(entry)?,
        standing.confirmed,
        from_time(standing.written),
    ])?;
    Ok(())
}

/// See [`super::super::Journal::forget`]. Another entry of ours with the same number stays.
pub(super) fn forget(sql: &Connection, target: &Target, entry: &Entry) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached(
        "DELETE FROM own_entries
         WHERE account = ?1 AND region = ?2 AND resource = ?3 AND direction = ?4 AND number = ?5 AND entry = ?6",
    )?
    .execute(params![
        account,
        region,
        resource.as_str(),
        entry.direction.name(),
        entry.number,
        from_value(entry)?
    ])?;
    Ok(())
}

/// The entries of an ACL that are ours, begun ones included: ingress before egress, by number, by the time of their writes.
pub(super) fn list(sql: &Connection, target: &Target) -> Result<Vec<OwnEntry>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let mut statement = sql.prepare_cached(
        "SELECT entry, confirmed, written FROM own_entries WHERE account = ?1 AND region = ?2 AND resource = ?3
         ORDER BY direction DESC, number, written",
    )?;
    let mut rows = statement.query(params![account, region, resource.as_str()])?;
    let mut own = Vec::new();
    while let Some(row) = rows.next()? {
        own.push(OwnEntry {
            entry: to_value("entry", &row.get::<_, String>(0)?)?,
            confirmed: row.get(1)?,
            written: to_time(row.get(2)?)?,
        });
    }
    Ok(own)
}
