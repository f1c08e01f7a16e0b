//! Targets in SQL: which of them have holds that they do not follow yet, and what must stay reachable around each.

use ipnet::IpNet;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    super::{Revision, Target},
    Failure,
    row::to_parsed,
};

/// Notes that a target's holds changed.
pub(super) fn touch(sql: &Connection, target: &Target) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached(
        "INSERT INTO targets (account, region, resource, revision, converged) VALUES (?1, ?2, ?3, ?4, 0)
         ON CONFLICT DO UPDATE SET revision = excluded.revision",
    )?
    .execute(params![account, region, resource.as_str(), next_revision(sql)?])?;
    Ok(())
}

/// Notes that something changed that bears on all holds in force.
pub(super) fn touch_all(sql: &Connection) -> Result<(), Failure> {
    sql.prepare_cached(
        "UPDATE targets SET revision = ?1
         WHERE (account, region, resource) IN (SELECT account, region, resource FROM holds WHERE ended_at IS NULL)",
    )?
    .execute([next_revision(sql)?])?;
    Ok(())
}

fn next_revision(sql: &Connection) -> Result<i64, Failure> {
    let next = sql
        .prepare_cached("UPDATE revisions SET last = last + 1 RETURNING last")?
        .query_row([], |row| row.get(0))?;
    Ok(next)
}

/// The revision of a target's holds.
pub(super) fn revision(sql: &Connection, target: &Target) -> Result<Revision, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let revision = sql
        .prepare_cached("SELECT revision FROM targets WHERE account = ?1 AND region = ?2 AND resource = ?3")?
        .query_row(params![account, region, resource.as_str()], |row| row.get(0))
        .optional()?;
    Ok(Revision(revision.unwrap_or_default()))
}

/// Notes that a target does what its holds said in `revision`.
pub(super) fn converged(sql: &Connection, target: &Target, revision: Revision) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached(
        "UPDATE targets SET converged = ?4 WHERE account = ?1 AND region = ?2 AND resource = ?3 AND converged < ?4",
    )?
    .execute(params![account, region, resource.as_str(), revision.0])?;
    Ok(())
}

/// Notes what must stay reachable around a target, beside what is known already.
pub(super) fn spare(sql: &Connection, target: &Target, prefixes: &[IpNet]) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let mut statement = sql.prepare_cached(
        "INSERT INTO spared (account, region, resource, prefix) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?;
    for prefix in prefixes {
        statement.execute(params![account, region, resource.as_str(), prefix.trunc().to_string()])?;
    }
    Ok(())
}

/// What must stay reachable around a target.
pub(super) fn spared(sql: &Connection, target: &Target) -> Result<Vec<IpNet>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let mut statement = sql.prepare_cached(
        "SELECT prefix FROM spared WHERE account = ?1 AND region = ?2 AND resource = ?3 ORDER BY prefix",
    )?;
    let mut rows = statement.query(params![account, region, resource.as_str()])?;
    let mut spared = Vec::new();
    while let Some(row) = rows.next()? {
        spared.push(to_parsed("prefix", &row.get::<_, String>(0)?)?);
    }
    Ok(spared)
}

/// See [`super::super::Journal::unfinished`].
pub(super) fn unfinished(sql: &Connection) -> Result<Vec<Target>, Failure> {
    list(
        sql,
        "SELECT account, region, resource FROM targets WHERE converged < revision ORDER BY account, region, resource",
    )
}

/// See [`super::super::Journal::targets`].
pub(super) fn all(sql: &Connection) -> Result<Vec<Target>, Failure> {
    list(
        sql,
        "SELECT account, region, resource FROM holds WHERE ended_at IS NULL
         UNION SELECT account, region, resource FROM own_entries
         UNION SELECT account, region, resource FROM images ORDER BY account, region, resource",
    )
}

/// The target of a row whose first columns are the account, the region and the resource.
pub(super) fn read(row: &Row<'_>) -> Result<Target, Failure> {
    Ok(Target {
        account: row.get(0)?,
        region: row.get(1)?,
        resource: to_parsed("resource id", &row.get::<_, String>(2)?)?,
    })
}

/// The targets that a query gives.
pub(super) fn list(sql: &Connection, query: &str) -> Result<Vec<Target>, Failure> {
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query([])?;
    let mut targets = Vec::new();
    while let Some(row) = rows.next()? {
        targets.push(read(row)?);
    }
    Ok(targets)
}
