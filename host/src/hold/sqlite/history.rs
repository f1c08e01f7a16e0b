//! The history of an address in SQL.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    Failure,
    row::{from_address, from_time, prefixes_around, to_time},
};
use crate::fact::History;

/// Holds that began together: one delivery puts one on each ACL and in each direction. They are one act, so they count as one.
struct Act {
    offences: u32,
    in_force: bool,
    since: i64,
    /// The latest end of them; None if one lasts until released.
    until: Option<i64>,
}

/// See [`super::super::Journal::history`].
pub(super) fn history(sql: &Connection, address: IpAddr, now: Timestamp) -> Result<History, Failure> {
    let acts = acts(sql, address, now)?;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let newest = acts.iter().max_by_key(|act| act.since);
    Ok(History {
        holds: count(acts.len()),
        offences: acts.iter().fold(0, |sum, act| sum.saturating_add(act.offences)),
        in_force: count(acts.iter().filter(|act| act.in_force).count()),
        last_since: newest.map(|act| to_time(act.since)).transpose()?,
        last_until: newest.and_then(|act| act.until).map(to_time).transpose()?,
    })
}

/// What was done about an address, in the order in which it began.
fn acts(sql: &Connection, address: IpAddr, now: Timestamp) -> Result<Vec<Act>, Failure> {
    let mut statement = sql.prepare_cached(
        "SELECT max(offences), max(ended_at IS NULL AND (until IS NULL OR until > ?3)), min(since),
                iif(count(coalesce(ended_at, until)) = count(*), max(coalesce(ended_at, until)), NULL)
         FROM holds WHERE first IN (SELECT unhex(value) FROM json_each(?1)) AND last >= ?2
         GROUP BY began_by ORDER BY min(id)",
    )?;
    let around = prefixes_around(address.into());
    let mut rows = statement.query(params![around, from_address(address), from_time(now)])?;
    let mut acts = Vec::new();
    while let Some(row) = rows.next()? {
        acts.push(Act {
            offences: row.get(0)?,
            in_force: row.get(1)?,
            since: row.get(2)?,
            until: row.get(3)?,
        });
    }
    Ok(acts)
}
