//! The pause in SQL.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    super::{Pause, ledger::Event},
    Failure, ledger,
    row::{from_time, to_time},
    targets,
};

/// See [`super::super::Journal::pause`].
pub(super) fn begin(sql: &Connection, pause: &Pause) -> Result<(), Failure> {
    keep(sql, pause)?;
    present(sql)?.map_or(Ok(()), |pause| ledger::record(sql, &Event::paused(&pause)))
}

/// Writes the pause.
pub(super) fn keep(sql: &Connection, pause: &Pause) -> Result<(), Failure> {
    sql.execute(
        "INSERT INTO pauses (only, since, reason) VALUES (1, ?1, ?2) ON CONFLICT DO UPDATE SET reason = excluded.reason",
        params![from_time(pause.since), pause.reason],
    )?;
    targets::touch_all(sql)
}

/// See [`super::super::Journal::resume`].
pub(super) fn end(sql: &Connection) -> Result<Option<Pause>, Failure> {
    let pause = present(sql)?;
    if let Some(pause) = &pause {
        sql.execute("DELETE FROM pauses", [])?;
        targets::touch_all(sql)?;
        ledger::record(sql, &Event::resumed(pause))?;
    }
    Ok(pause)
}

/// See [`super::super::Journal::paused`].
pub(super) fn present(sql: &Connection) -> Result<Option<Pause>, Failure> {
    let found: Option<(i64, String)> = sql
        .prepare_cached("SELECT since, reason FROM pauses")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found
        .map(|(since, reason)| {
            Ok(Pause {
                since: to_time(since)?,
                reason,
            })
        })
        .transpose()
}
