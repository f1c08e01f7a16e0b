//! Holds in SQL.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Params, Row, Transaction, params};

use super::{
    super::{Coverage, DeliveryId, EndReason, Ended, Hold, HoldFilter, HoldId, Intent, JournalError, Target},
    Failure,
    row::{from_address, from_prefix, from_time, from_value, to_parsed, to_time, to_value, to_word},
    targets,
};
use crate::fact::History;

const COLUMNS: &str = "id, account, region, acl, prefix, direction, reason, confidence, plugin, alert, delivery, since, until, \
                       offences, coverage, ended_at, ended_why";

/// See [`super::Journal::put_in_force`].
pub(super) fn put_in_force(
    sql: &Transaction<'_>,
    intent: &Intent,
    delivery: &DeliveryId,
    now: Timestamp,
) -> Result<Hold, Failure> {
    let in_force = in_force_for(sql, intent)?;
    let id = match in_force {
        Some((hold, asked_by)) if hold.is_live(now) => {
            extend(sql, &hold, intent, asked_by == delivery.as_str(), delivery)?;
            hold.id
        }
        Some((hold, _)) => {
            let up = hold.until.unwrap_or(now);
            end(sql, hold.id, EndReason::Expired, up)?;
            insert(sql, intent, delivery, now)?
        }
        None => insert(sql, intent, delivery, now)?,
    };
    targets::touch(sql, &intent.target)?;
    find(sql, id)?.ok_or_else(|| JournalError::NoSuchHold(id).into())
}

fn in_force_for(sql: &Transaction<'_>, intent: &Intent) -> Result<Option<(Hold, String)>, Failure> {
    let query = format!(
        "SELECT {COLUMNS} FROM holds WHERE ended_at IS NULL
         AND account = ?1 AND region = ?2 AND acl = ?3 AND prefix = ?4 AND direction = ?5"
    );
    let Intent {
        target,
        prefix,
        direction,
        ..
    } = intent;
    sql.prepare_cached(&query)?
        .query_row(
            params![
                target.account,
                target.region,
                target.acl.as_str(),
                prefix.to_string(),
                direction.name()
            ],
            |row| Ok(read(row).map(|hold| (hold, row.get("delivery")))),
        )
        .optional()?
        .transpose()?
        .map(|(hold, delivery)| Ok((hold, delivery?)))
        .transpose()
}

fn extend(
    sql: &Transaction<'_>,
    hold: &Hold,
    intent: &Intent,
    same_delivery: bool,
    delivery: &DeliveryId,
) -> Result<(), Failure> {
    // Until released is the longest; otherwise the later end wins.
    let until = match (hold.until, intent.until) {
        (Some(has), Some(asked)) => Some(has.max(asked)),
        _ => None,
    };
    sql.execute(
        "UPDATE holds SET until = ?2, reason = ?3, confidence = max(confidence, ?4), plugin = ?5, alert = ?6,
         delivery = ?7, offences = offences + ?8 WHERE id = ?1",
        params![
            hold.id.0,
            until.map(from_time),
            intent.reason,
            intent.confidence,
            intent.plugin,
            intent.alert,
            delivery.as_str(),
            u32::from(!same_delivery),
        ],
    )?;
    Ok(())
}

fn insert(sql: &Transaction<'_>, intent: &Intent, delivery: &DeliveryId, now: Timestamp) -> Result<HoldId, Failure> {
    let (first, last) = from_prefix(intent.prefix);
    sql.execute(
        "INSERT INTO holds (account, region, acl, prefix, first, last, direction, reason, confidence, plugin, alert,
                            delivery, since, until, offences, coverage)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 1, ?15)",
        params![
            intent.target.account,
            intent.target.region,
            intent.target.acl.as_str(),
            intent.prefix.to_string(),
            first,
            last,
            intent.direction.name(),
            intent.reason,
            intent.confidence,
            intent.plugin,
            intent.alert,
            delivery.as_str(),
            from_time(now),
            intent.until.map(from_time),
            from_value(&Coverage::Pending)?,
        ],
    )?;
    Ok(HoldId(sql.last_insert_rowid()))
}

/// See [`super::Journal::holds`].
pub(super) fn list(sql: &Transaction<'_>, filter: &HoldFilter) -> Result<Vec<Hold>, Failure> {
    let query = format!("SELECT {COLUMNS} FROM holds WHERE (?1 OR ended_at IS NULL) ORDER BY id");
    let mut holds = read_all(sql, &query, params![filter.ended])?;
    holds.retain(|hold| filter.target.as_ref().is_none_or(|target| hold.target == *target));
    Ok(holds)
}

/// The holds of a target that are in force at `now`, by id.
pub(super) fn in_force(sql: &Transaction<'_>, target: &Target, now: Timestamp) -> Result<Vec<Hold>, Failure> {
    let query = format!(
        "SELECT {COLUMNS} FROM holds WHERE ended_at IS NULL AND account = ?1 AND region = ?2 AND acl = ?3
         AND (until IS NULL OR until > ?4) ORDER BY id"
    );
    let Target { account, region, acl } = target;
    read_all(sql, &query, params![account, region, acl.as_str(), from_time(now)])
}

/// See [`super::Journal::end`].
pub(super) fn end(sql: &Transaction<'_>, id: HoldId, why: EndReason, at: Timestamp) -> Result<Hold, Failure> {
    let why = match why {
        EndReason::Expired => "expired",
        EndReason::Released => "released",
    };
    let ended = sql.execute(
        "UPDATE holds SET ended_at = ?2, ended_why = ?3 WHERE id = ?1 AND ended_at IS NULL",
        params![id.0, from_time(at), why],
    )?;
    let hold = find(sql, id)?
        .filter(|_| ended == 1)
        .ok_or(JournalError::NoSuchHold(id))?;
    targets::touch(sql, &hold.target)?;
    Ok(hold)
}

/// See [`super::Journal::expire`].
pub(super) fn expire(sql: &Transaction<'_>, now: Timestamp) -> Result<Vec<Hold>, Failure> {
    let query = format!("SELECT {COLUMNS} FROM holds WHERE ended_at IS NULL AND until <= ?1 ORDER BY id");
    read_all(sql, &query, params![from_time(now)])?
        .into_iter()
        .map(|hold| end(sql, hold.id, EndReason::Expired, now))
        .collect()
}

/// See [`super::Journal::next_end`].
pub(super) fn next_end(sql: &Transaction<'_>) -> Result<Option<Timestamp>, Failure> {
    let next: Option<i64> = sql.query_row("SELECT min(until) FROM holds WHERE ended_at IS NULL", [], |row| {
        row.get(0)
    })?;
    next.map(to_time).transpose()
}

/// Notes how holds are covered.
pub(super) fn cover(sql: &Transaction<'_>, coverage: &[(HoldId, Coverage)]) -> Result<(), Failure> {
    let mut statement = sql.prepare_cached("UPDATE holds SET coverage = ?2 WHERE id = ?1")?;
    for (id, coverage) in coverage {
        statement.execute(params![id.0, from_value(coverage)?])?;
    }
    Ok(())
}

/// See [`super::Journal::history`].
pub(super) fn history(sql: &Transaction<'_>, address: IpAddr, now: Timestamp) -> Result<History, Failure> {
    let query = format!("SELECT {COLUMNS} FROM holds WHERE first <= ?1 AND last >= ?1 ORDER BY since, id");
    let holds = read_all(sql, &query, params![from_address(address)])?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let newest = holds.last();
    Ok(History {
        holds: count(holds.len()),
        offences: holds.iter().fold(0, |sum, hold| sum.saturating_add(hold.offences)),
        in_force: count(holds.iter().filter(|hold| hold.is_live(now)).count()),
        last_since: newest.map(|hold| hold.since),
        last_until: newest.and_then(|hold| hold.ended.map(|ended| ended.at).or(hold.until)),
    })
}

fn find(sql: &Transaction<'_>, id: HoldId) -> Result<Option<Hold>, Failure> {
    let query = format!("SELECT {COLUMNS} FROM holds WHERE id = ?1");
    Ok(read_all(sql, &query, params![id.0])?.pop())
}

fn read_all(sql: &Transaction<'_>, query: &str, parameters: impl Params) -> Result<Vec<Hold>, Failure> {
    let mut statement = sql.prepare_cached(query)?;
    let mut rows = statement.query(parameters)?;
    let mut holds = Vec::new();
    while let Some(row) = rows.next()? {
        holds.push(read(row)?);
    }
    Ok(holds)
}

fn read(row: &Row<'_>) -> Result<Hold, Failure> {
    let ended = match row.get::<_, Option<i64>>("ended_at")? {
        Some(at) => Some(Ended {
            at: to_time(at)?,
            why: to_word("end of a hold", &row.get::<_, String>("ended_why")?)?,
        }),
        None => None,
    };
    Ok(Hold {
        id: HoldId(row.get("id")?),
        target: targets::read(row)?,
        prefix: to_parsed("prefix", &row.get::<_, String>("prefix")?)?,
        direction: to_word("direction", &row.get::<_, String>("direction")?)?,
        reason: row.get("reason")?,
        confidence: row.get("confidence")?,
        plugin: row.get("plugin")?,
        alert: row.get("alert")?,
        since: to_time(row.get("since")?)?,
        until: row.get::<_, Option<i64>>("until")?.map(to_time).transpose()?,
        offences: row.get("offences")?,
        coverage: to_value("coverage", &row.get::<_, String>("coverage")?)?,
        ended,
    })
}
