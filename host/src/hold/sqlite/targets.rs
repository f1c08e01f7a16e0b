//! Targets in SQL: which of them have holds that their ACL does not follow yet.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{
    super::{Target, journal::Revision},
    Failure,
    row::to_parsed,
};

/// Notes that a target's holds changed.
pub(super) fn touch(sql: &Transaction<'_>, target: &Target) -> Result<(), Failure> {
    let Target { account, region, acl } = target;
    sql.execute(
        "INSERT INTO targets (account, region, acl, revision, converged) VALUES (?1, ?2, ?3, 1, 0)
         ON CONFLICT DO UPDATE SET revision = revision + 1",
        params![account, region, acl.as_str()],
    )?;
    Ok(())
}

/// How often a target's holds changed.
pub(super) fn revision(sql: &Transaction<'_>, target: &Target) -> Result<Revision, Failure> {
    let Target { account, region, acl } = target;
    let revision = sql
        .prepare_cached("SELECT revision FROM targets WHERE account = ?1 AND region = ?2 AND acl = ?3")?
        .query_row(params![account, region, acl.as_str()], |row| row.get(0))
        .optional()?;
    Ok(Revision(revision.unwrap_or_default()))
}

/// Notes that a target's ACL does what its holds said in `revision`.
pub(super) fn converged(sql: &Transaction<'_>, target: &Target, revision: Revision) -> Result<(), Failure> {
    let Target { account, region, acl } = target;
    sql.execute(
        "UPDATE targets SET converged = max(converged, ?4) WHERE account = ?1 AND region = ?2 AND acl = ?3",
        params![account, region, acl.as_str(), revision.0],
    )?;
    Ok(())
}

/// See [`super::Journal::unfinished`].
pub(super) fn unfinished(sql: &Transaction<'_>) -> Result<Vec<Target>, Failure> {
    list(
        sql,
        "SELECT account, region, acl FROM targets WHERE converged < revision ORDER BY account, region, acl",
    )
}

/// See [`super::Journal::targets`].
pub(super) fn all(sql: &Transaction<'_>) -> Result<Vec<Target>, Failure> {
    list(
        sql,
        "SELECT account, region, acl FROM holds WHERE ended_at IS NULL
         UNION SELECT account, region, acl FROM own_entries ORDER BY account, region, acl",
    )
}

/// The target of a row that has its three columns.
pub(super) fn read(row: &Row<'_>) -> Result<Target, Failure> {
    Ok(Target {
        account: row.get("account")?,
        region: row.get("region")?,
        acl: to_parsed("network ACL id", &row.get::<_, String>("acl")?)?,
    })
}

fn list(sql: &Transaction<'_>, query: &str) -> Result<Vec<Target>, Failure> {
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query([])?;
    let mut targets = Vec::new();
    while let Some(row) = rows.next()? {
        targets.push(read(row)?);
    }
    Ok(targets)
}
