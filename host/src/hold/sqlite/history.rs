//! The history of an address in SQL.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    super::act::Act,
    Failure,
    row::{from_address, from_time, prefixes_around, to_time},
};
use crate::fact::History;

/// See [`super::super::Journal::history`].
pub(super) fn history(sql: &Connection, address: IpAddr, now: Timestamp) -> Result<History, Failure> {
    Ok(Act::history(acts(sql, address, now)?.into_iter()))
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
            since: to_time(row.get(2)?)?,
            until: row.get::<_, Option<i64>>(3)?.map(to_time).transpose()?,
        });
    }
    Ok(acts)
}
