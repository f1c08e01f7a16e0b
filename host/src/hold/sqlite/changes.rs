//! Changes and the entries that are ours, in SQL.

use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{
    super::{Change, ChangeId, Target, change::OwnEntry, journal::ChangeEnd},
    Failure,
    row::{from_time, from_value, to_value},
    targets,
};
use crate::cloud::Entry;

/// See [`super::Journal::begin`]. An entry is ours from the moment its creation begins, because from then on it may be there.
pub(super) fn begin(
    sql: &Transaction<'_>,
    target: &Target,
    change: &Change,
    now: Timestamp,
) -> Result<ChangeId, Failure> {
    let Target { account, region, acl } = target;
    sql.execute(
        "INSERT INTO changes (account, region, acl, change, begun) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account, region, acl.as_str(), from_value(change)?, from_time(now)],
    )?;
    let id = ChangeId(sql.last_insert_rowid());
    if let Change::Create(entry) = change {
        sql.execute(
            "INSERT INTO own_entries (account, region, acl, direction, number, entry, confirmed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
             ON CONFLICT DO UPDATE SET entry = excluded.entry, confirmed = 0",
            params![
                account,
                region,
                acl.as_str(),
                entry.direction.name(),
                entry.number,
                from_value(entry)?
            ],
        )?;
    }
    Ok(id)
}

/// See [`super::Journal::finish`].
pub(super) fn finish(sql: &Transaction<'_>, id: ChangeId, end: &ChangeEnd, now: Timestamp) -> Result<(), Failure> {
    let (word, detail) = match end {
        ChangeEnd::Done => ("done", None),
        ChangeEnd::Refused(detail) => ("refused", Some(detail)),
        ChangeEnd::Unknown(detail) => ("unknown", Some(detail)),
    };
    sql.execute(
        "UPDATE changes SET finished = ?2, end = ?3, detail = ?4 WHERE id = ?1",
        params![id.0, from_time(now), word, detail],
    )?;
    let (target, change) = sql.query_row(
        "SELECT account, region, acl, change FROM changes WHERE id = ?1",
        params![id.0],
        |row| Ok((targets::read(row), row.get::<_, String>("change")?)),
    )?;
    let target = target?;
    let change: Change = to_value("change", &change)?;
    match (&change, end) {
        (Change::Create(entry), ChangeEnd::Done) => confirm(sql, &target, entry),
        (Change::Create(entry), ChangeEnd::Refused(_)) | (Change::Delete(entry), ChangeEnd::Done) => {
            forget(sql, &target, entry)
        }
        (Change::Create(_), ChangeEnd::Unknown(_))
        | (Change::Delete(_), ChangeEnd::Refused(_) | ChangeEnd::Unknown(_)) => Ok(()),
    }
}

fn confirm(sql: &Transaction<'_>, target: &Target, entry: &Entry) -> Result<(), Failure> {
    let Target { account, region, acl } = target;
    sql.execute(
        "UPDATE own_entries SET confirmed = 1
         WHERE account = ?1 AND region = ?2 AND acl = ?3 AND direction = ?4 AND number = ?5",
        params![account, region, acl.as_str(), entry.direction.name(), entry.number],
    )?;
    Ok(())
}

/// See [`super::Journal::forget`].
pub(super) fn forget(sql: &Transaction<'_>, target: &Target, entry: &Entry) -> Result<(), Failure> {
    let Target { account, region, acl } = target;
    sql.execute(
        "DELETE FROM own_entries
         WHERE account = ?1 AND region = ?2 AND acl = ?3 AND direction = ?4 AND number = ?5",
        params![account, region, acl.as_str(), entry.direction.name(), entry.number],
    )?;
    Ok(())
}

/// The entries of an ACL that are ours, begun ones included.
pub(super) fn own_entries(sql: &Transaction<'_>, target: &Target) -> Result<Vec<OwnEntry>, Failure> {
    let Target { account, region, acl } = target;
    let mut statement = sql.prepare_cached(
        "SELECT entry, confirmed FROM own_entries WHERE account = ?1 AND region = ?2 AND acl = ?3
         ORDER BY direction DESC, number",
    )?;
    let mut rows = statement.query(params![account, region, acl.as_str()])?;
    let mut own = Vec::new();
    while let Some(row) = rows.next()? {
        own.push(OwnEntry {
            entry: to_value("entry", &row.get::<_, String>("entry")?)?,
            confirmed: row.get("confirmed")?,
        });
    }
    Ok(own)
}
