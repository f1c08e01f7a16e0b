//! Leases in SQL.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    super::{JournalError, Lease, Leasing, Owner, Target},
    Failure,
    row::{from_time, to_time},
    targets,
};

/// See [`super::super::Journal::lease`].
pub(super) fn lease(
    sql: &Connection,
    target: &Target,
    owner: &Owner,
    now: Timestamp,
    until: Timestamp,
) -> Result<Leasing, Failure> {
    if let Some((other, until)) = holder(sql, target, now)?.filter(|(holder, _)| holder != owner) {
        return Ok(Leasing::Theirs { owner: other, until });
    }
    let Target {
        account,
        region,
        resource,
    } = target;
    sql.prepare_cached(
        "INSERT INTO leases (account, region, resource, owner, until) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET owner = excluded.owner, until = excluded.until",
    )?
    .execute(params![
        account,
        region,
        resource.as_str(),
        owner.as_str(),
        from_time(until)
    ])?;
    Ok(Leasing::Ours(Lease {
        target: target.clone(),
        owner: owner.clone(),
        until,
    }))
}

/// Fails unless at `now` the lease is its owner's.
pub(super) fn check(sql: &Connection, lease: &Lease, now: Timestamp) -> Result<(), Failure> {
    match holder(sql, &lease.target, now)? {
        Some((holder, _)) if holder == lease.owner => Ok(()),
        _ => Err(JournalError::LeaseLost {
            target: lease.target.clone(),
        }
        .into()),
    }
}

/// See [`super::super::Journal::give_back`].
pub(super) fn give_back(sql: &Connection, lease: &Lease) -> Result<(), Failure> {
    let Target {
        account,
        region,
        resource,
    } = &lease.target;
    sql.prepare_cached("DELETE FROM leases WHERE account = ?1 AND region = ?2 AND resource = ?3 AND owner = ?4")?
        .execute(params![account, region, resource.as_str(), lease.owner.as_str()])?;
    Ok(())
}

/// See [`super::super::Journal::leases`].
pub(super) fn all(sql: &Connection, now: Timestamp) -> Result<Vec<Lease>, Failure> {
    let mut statement =
        sql.prepare_cached("SELECT account, region, resource, owner, until FROM leases WHERE until > ?1")?;
    let mut rows = statement.query([from_time(now)])?;
    let mut leases = Vec::new();
    while let Some(row) = rows.next()? {
        leases.push(Lease {
            target: targets::read(row)?,
            owner: Owner::new(row.get::<_, String>(3)?),
            until: to_time(row.get(4)?)?,
        });
    }
    Ok(leases)
}

/// See [`super::super::Journal::break_leases`].
pub(super) fn break_all(sql: &Connection) -> Result<(), Failure> {
    sql.execute("DELETE FROM leases", [])?;
    Ok(())
}

/// Who has the lease at `now`, and until when.
fn holder(sql: &Connection, target: &Target, now: Timestamp) -> Result<Option<(Owner, Timestamp)>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let found: Option<(String, i64)> = sql
        .prepare_cached(
            "SELECT owner, until FROM leases WHERE account = ?1 AND region = ?2 AND resource = ?3 AND until > ?4",
        )?
        .query_row(params![account, region, resource.as_str(), from_time(now)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    found
        .map(|(owner, until)| Ok((Owner::new(owner), to_time(until)?)))
        .transpose()
}
