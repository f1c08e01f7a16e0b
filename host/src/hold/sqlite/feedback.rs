//! Feedback in SQL.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, params};

use super::{
    super::{Feedback, FeedbackState},
    Failure,
    row::{from_time, from_value, to_value},
};

/// See [`super::super::Journal::owe`].
pub(super) fn owe(sql: &Connection, feedback: &Feedback) -> Result<(), Failure> {
    write(sql, "INSERT OR IGNORE", feedback)
}

/// Writes it, whatever is there.
pub(super) fn keep(sql: &Connection, feedback: &Feedback) -> Result<(), Failure> {
    write(sql, "INSERT OR REPLACE", feedback)
}

fn write(sql: &Connection, verb: &str, feedback: &Feedback) -> Result<(), Failure> {
    sql.prepare_cached(&format!(
        "{verb} INTO feedback (id, feedback, owed, attempts, state, not_before) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
    ))?
    .execute(params![
        feedback.id.as_str(),
        from_value(feedback)?,
        from_time(feedback.owed),
        feedback.attempts,
        feedback.state.name(),
        feedback.state.not_before().map(from_time),
    ])?;
    Ok(())
}

/// See [`super::super::Journal::owed`].
pub(super) fn owed(sql: &Connection, now: Timestamp, most: u32) -> Result<Vec<Feedback>, Failure> {
    select(
        sql,
        "state = 'waiting' AND not_before <= ?1 ORDER BY not_before, id LIMIT ?2",
        params![from_time(now), most],
    )
}

/// See [`super::super::Journal::given_up`].
pub(super) fn given_up(sql: &Connection, most: u32) -> Result<Vec<Feedback>, Failure> {
    select(sql, "state = 'given-up' ORDER BY owed DESC, id LIMIT ?1", params![most])
}

/// See [`super::super::Journal::take_up`].
pub(super) fn take_up(sql: &Connection, known: &Feedback, until: Timestamp) -> Result<bool, Failure> {
    let taken = Feedback {
        attempts: known.attempts.saturating_add(1),
        state: FeedbackState::Waiting { not_before: until },
        ..known.clone()
    };
    let is_as_known = sql
        .prepare_cached(
            "SELECT 1 FROM feedback WHERE id = ?1 AND state = 'waiting' AND attempts = ?2 AND not_before IS ?3",
        )?
        .query_row(
            params![
                known.id.as_str(),
                known.attempts,
                known.state.not_before().map(from_time)
            ],
            |_| Ok(()),
        )
        .optional()?
        .is_some();
    if is_as_known {
        keep(sql, &taken)?;
    }
    Ok(is_as_known)
}

/// Some of it, whose id is greater than `after`, by id.
pub(super) fn all(sql: &Connection) -> Result<Vec<Feedback>, Failure> {
    select(sql, "TRUE ORDER BY id", [])
}

fn select(sql: &Connection, which: &str, values: impl Params) -> Result<Vec<Feedback>, Failure> {
    let mut statement = sql.prepare_cached(&format!("SELECT feedback FROM feedback WHERE {which}"))?;
    let mut rows = statement.query(values)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(to_value("feedback", &row.get::<_, String>(0)?)?);
    }
    Ok(found)
}
