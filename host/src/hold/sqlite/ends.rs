//! How holds end, in SQL.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    super::{EndReason, Ended, Hold, HoldId, JournalError, ledger::Event},
    Failure, holds, ledger, pardons,
    row::{from_time, to_time},
    targets,
};

/// See [`super::super::Journal::end`].
pub(super) fn end(sql: &Connection, id: HoldId, why: EndReason, at: Timestamp) -> Result<Hold, Failure> {
    let hold = in_force(sql, id)?;
    targets::touch(sql, &hold.target)?;
    mark(sql, hold, Ended { at, why })
}

/// Notes the end of a hold; its target is for the caller to touch.
pub(super) fn mark(sql: &Connection, hold: Hold, ended: Ended) -> Result<Hold, Failure> {
    sql.prepare_cached("UPDATE holds SET ended_at = ?2, ended_why = ?3 WHERE id = ?1")?
        .execute(params![hold.id.0, from_time(ended.at), word(ended.why)])?;
    let hold = Hold {
        ended: Some(ended),
        ..hold
    };
    ledger::record(sql, &Event::HoldEnded { hold: (&hold).into() })?;
    Ok(hold)
}

/// Why a hold ended, as the table has it.
pub(super) fn word(why: EndReason) -> &'static str {
    match why {
        EndReason::Expired => "expired",
        EndReason::Released => "released",
    }
}

/// See [`super::super::Journal::extend`].
pub(super) fn extend(sql: &Connection, id: HoldId, until: Option<Timestamp>) -> Result<Hold, Failure> {
    let mut hold = in_force(sql, id)?;
    let is_later = match (hold.until, until) {
        (Some(present), Some(until)) => until > present,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if !is_later {
        return Err(JournalError::NotLater { id, until: hold.until }.into());
    }
    sql.execute(
        "UPDATE holds SET until = ?2 WHERE id = ?1",
        params![id.0, until.map(from_time)],
    )?;
    targets::touch(sql, &hold.target)?;
    hold.until = until;
    ledger::record(sql, &Event::HoldExtended { hold: (&hold).into() })?;
    Ok(hold)
}

/// See [`super::super::Journal::expire`].
pub(super) fn expire(sql: &Connection, now: Timestamp) -> Result<Vec<Hold>, Failure> {
    pardons::expire(sql, now)?;
    let over = holds::select(
        sql,
        "ended_at IS NULL AND until <= ?1 ORDER BY until, id",
        [from_time(now)],
    )?;
    for target in over.iter().map(|hold| &hold.target).collect::<BTreeSet<_>>() {
        targets::touch(sql, target)?;
    }
    let ended = Ended {
        at: now,
        why: EndReason::Expired,
    };
    over.into_iter().map(|hold| mark(sql, hold, ended)).collect()
}

/// See [`super::super::Journal::next_end`].
pub(super) fn next_end(sql: &Connection) -> Result<Option<Timestamp>, Failure> {
    let next: Option<i64> = sql
        .prepare_cached(
            "SELECT min(until) FROM (SELECT min(until) AS until FROM holds WHERE ended_at IS NULL
                                     UNION ALL SELECT min(until) FROM pardons)",
        )?
        .query_row([], |row| row.get(0))?;
    next.map(to_time).transpose()
}

fn in_force(sql: &Connection, id: HoldId) -> Result<Hold, Failure> {
    let found = holds::find(sql, id)?.filter(|hold| hold.ended.is_none());
    found.ok_or_else(|| JournalError::NoSuchHold(id).into())
}
