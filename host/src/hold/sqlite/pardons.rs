//! Pardons in SQL.

use ipnet::IpNet;
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{
    super::{Pardon, ledger::Event},
    Failure, ledger,
    row::{from_time, to_parsed, to_time},
    targets,
};

/// See [`super::super::Journal::pardon`].
pub(super) fn give(sql: &Connection, pardon: &Pardon) -> Result<(), Failure> {
    keep(sql, pardon)?;
    ledger::record(sql, &Event::pardoned(pardon))
}

/// Writes a pardon.
pub(super) fn keep(sql: &Connection, pardon: &Pardon) -> Result<(), Failure> {
    sql.execute(
        "INSERT INTO pardons (prefix, since, until, reason) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET since = excluded.since, until = excluded.until, reason = excluded.reason",
        params![
            pardon.prefix.trunc().to_string(),
            from_time(pardon.since),
            from_time(pardon.until),
            pardon.reason
        ],
    )?;
    targets::touch_all(sql)
}

/// See [`super::super::Journal::pardons`].
pub(super) fn in_force(sql: &Connection, now: Timestamp) -> Result<Vec<Pardon>, Failure> {
    let mut statement =
        sql.prepare_cached("SELECT prefix, since, until, reason FROM pardons WHERE until > ?1 ORDER BY prefix")?;
    let mut rows = statement.query([from_time(now)])?;
    let mut pardons = Vec::new();
    while let Some(row) = rows.next()? {
        pardons.push(read(row)?);
    }
    Ok(pardons)
}

/// See [`super::super::Journal::end_pardon`].
pub(super) fn end(sql: &Connection, prefix: IpNet) -> Result<bool, Failure> {
    let ended = sql.execute("DELETE FROM pardons WHERE prefix = ?1", [prefix.trunc().to_string()])?;
    if ended > 0 {
        targets::touch_all(sql)?;
        let (prefix, why) = (prefix.trunc(), "taken-back");
        ledger::record(sql, &Event::PardonEnded { prefix, why })?;
    }
    Ok(ended > 0)
}

/// Ends the pardons whose time is up.
pub(super) fn expire(sql: &Connection, now: Timestamp) -> Result<(), Failure> {
    // Looking first lets a journal that is only read take part.
    let mut statement = sql.prepare_cached("SELECT prefix, since, until, reason FROM pardons WHERE until <= ?1")?;
    let mut rows = statement.query([from_time(now)])?;
    let mut over = Vec::new();
    while let Some(row) = rows.next()? {
        over.push(read(row)?.prefix);
    }
    if !over.is_empty() {
        sql.execute("DELETE FROM pardons WHERE until <= ?1", [from_time(now)])?;
        targets::touch_all(sql)?;
    }
    for prefix in over {
        let why = "expired";
        ledger::record(sql, &Event::PardonEnded { prefix, why })?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Pardon, Failure> {
    Ok(Pardon {
        prefix: to_parsed("prefix", &row.get::<_, String>(0)?)?,
        since: to_time(row.get(1)?)?,
        until: to_time(row.get(2)?)?,
        reason: row.get(3)?,
    })
}
