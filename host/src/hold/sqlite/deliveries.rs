//! Deliveries in SQL.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    super::{Admission, Attempt, Backlog, Delivery, DeliveryId, DeliveryState, ledger::Event},
    Failure, ledger,
    row::{from_time, to_time, to_word, unreadable},
};

const COLUMNS: &str = "id, door, detector, body, received, attempts, state, not_before, report";

/// See [`super::super::Journal::admit`].
pub(super) fn admit(sql: &Connection, delivery: &Delivery, most_waiting: u32) -> Result<Admission, Failure> {
    if let Some(state @ (DeliveryState::Waiting { .. } | DeliveryState::Done)) = state(sql, &delivery.id)? {
        return Ok(Admission::SeenBefore(state));
    }
    let waiting: u32 = sql
        .prepare_cached("SELECT waiting FROM queue")?
        .query_row([], |row| row.get(0))?;
    if waiting >= most_waiting && matches!(delivery.state, DeliveryState::Waiting { .. }) {
        return Ok(Admission::Full);
    }
    // A delivery that failed before starts anew; when it came first stays true.
    let statement = sql.prepare_cached(
        "INSERT INTO deliveries (id, door, detector, body, received, attempts, state, not_before, report)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8)
         ON CONFLICT (id) DO UPDATE SET
             door = excluded.door, detector = excluded.detector, body = excluded.body, attempts = 0,
             state = excluded.state, not_before = excluded.not_before, report = excluded.report
         RETURNING received",
    );
    let values = params![
        delivery.id.as_str(),
        delivery.door,
        delivery.detector.name(),
        delivery.body,
        from_time(delivery.received),
        delivery.state.name(),
        not_before(delivery.state),
        delivery.report,
    ];
    let received = to_time(statement?.query_row(values, |row| row.get(0))?)?;
    ledger::record(sql, &Event::admitted(delivery))?;
    Ok(Admission::Admitted { received })
}

/// See [`super::super::Journal::waiting`].
pub(super) fn waiting(sql: &Connection, now: Timestamp, most: u32) -> Result<Vec<Delivery>, Failure> {
    let query = format!(
        "SELECT {COLUMNS} FROM deliveries WHERE state = 'waiting' AND not_before <= ?1 ORDER BY not_before, rowid LIMIT ?2"
    );
    let mut statement = sql.prepare_cached(&query)?;
    let mut rows = statement.query(params![from_time(now), most])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        waiting.push(read(row)?);
    }
    Ok(waiting)
}

/// See [`super::super::Journal::backlog`].
pub(super) fn backlog(sql: &Connection) -> Result<Backlog, Failure> {
    let (waiting, oldest): (u32, Option<i64>) = sql
        .prepare_cached("SELECT count(*), min(received) FROM deliveries WHERE state = 'waiting'")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Backlog {
        waiting,
        oldest: oldest.map(to_time).transpose()?,
    })
}

/// See [`super::super::Journal::attempt`].
pub(super) fn attempt(sql: &Connection, id: &DeliveryId) -> Result<Attempt, Failure> {
    let attempts: Option<u32> = sql
        .prepare_cached(
            "UPDATE deliveries SET attempts = attempts + 1 WHERE id = ?1 AND state = 'waiting' RETURNING attempts",
        )?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    if let Some(attempts) = attempts {
        return Ok(Attempt::Ours(attempts));
    }
    let settled = state(sql, id)?.ok_or_else(|| unknown(id))?;
    Ok(Attempt::Settled(settled))
}

/// See [`super::super::Journal::settle`].
pub(super) fn settle(sql: &Connection, id: &DeliveryId, state: DeliveryState, report: &str) -> Result<(), Failure> {
    let settled = sql
        .prepare_cached("UPDATE deliveries SET state = ?2, not_before = ?3, report = ?4 WHERE id = ?1")?
        .execute(params![id.as_str(), state.name(), not_before(state), report])?;
    if settled == 0 {
        return Err(unknown(id));
    }
    ledger::record(sql, &Event::settled(id, state, report))
}

/// See [`super::super::Journal::delivery`].
pub(super) fn find(sql: &Connection, id: &DeliveryId) -> Result<Option<Delivery>, Failure> {
    let query = format!("SELECT {COLUMNS} FROM deliveries WHERE id = ?1");
    let mut statement = sql.prepare_cached(&query)?;
    statement
        .query_row([id.as_str()], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// Up to `most` deliveries whose number is greater than `after`, with their numbers, in the order in which they came.
pub(super) fn all(sql: &Connection, after: i64, most: i64) -> Result<Vec<(i64, Delivery)>, Failure> {
    let query = format!("SELECT rowid, {COLUMNS} FROM deliveries WHERE rowid > ?1 ORDER BY rowid LIMIT ?2");
    let mut statement = sql.prepare_cached(&query)?;
    let mut rows = statement.query(params![after, most])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        deliveries.push((row.get("rowid")?, read(row)?));
    }
    Ok(deliveries)
}

/// Writes a delivery as it stands in another journal.
pub(super) fn restore(sql: &Connection, delivery: &Delivery) -> Result<(), Failure> {
    sql.prepare_cached(
        "INSERT INTO deliveries (id, door, detector, body, received, attempts, state, not_before, report)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET
             door = excluded.door, detector = excluded.detector, body = excluded.body, received = excluded.received,
             attempts = excluded.attempts, state = excluded.state, not_before = excluded.not_before, report = excluded.report",
    )?
    .execute(params![
        delivery.id.as_str(),
        delivery.door,
        delivery.detector.name(),
        delivery.body,
        from_time(delivery.received),
        delivery.attempts,
        delivery.state.name(),
        not_before(delivery.state),
        delivery.report,
    ])?;
    Ok(())
}

/// How a delivery stands, if it is known.
fn state(sql: &Connection, id: &DeliveryId) -> Result<Option<DeliveryState>, Failure> {
    sql.prepare_cached("SELECT state, not_before FROM deliveries WHERE id = ?1")?
        .query_row([id.as_str()], |row| Ok(read_state(row)))
        .optional()?
        .transpose()
}

fn unknown(id: &DeliveryId) -> Failure {
    unreadable("delivery: it is not in the journal", id.as_str())
}

fn not_before(state: DeliveryState) -> Option<i64> {
    match state {
        DeliveryState::Waiting { not_before } => Some(from_time(not_before)),
        DeliveryState::Done | DeliveryState::Failed => None,
    }
}

fn read_state(row: &Row<'_>) -> Result<DeliveryState, Failure> {
    let state: String = row.get("state")?;
    match (state.as_str(), row.get::<_, Option<i64>>("not_before")?) {
        ("waiting", Some(not_before)) => Ok(DeliveryState::Waiting {
            not_before: to_time(not_before)?,
        }),
        ("done", None) => Ok(DeliveryState::Done),
        ("failed", None) => Ok(DeliveryState::Failed),
        _ => Err(unreadable("state of a delivery", &state)),
    }
}

fn read(row: &Row<'_>) -> Result<Delivery, Failure> {
    Ok(Delivery {
        id: DeliveryId::read(&row.get::<_, String>("id")?),
        door: row.get("door")?,
        detector: to_word("detector", &row.get::<_, String>("detector")?)?,
        body: row.get("body")?,
        received: to_time(row.get("received")?)?,
        attempts: row.get("attempts")?,
        state: read_state(row)?,
        report: row.get("report")?,
    })
}
