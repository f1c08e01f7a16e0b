//! Changes in SQL, and what they make of the entries that are ours.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{
    super::{Change, ChangeEnd, ChangeId, EntryChange, Image, Lease, MadeChange, Target, ledger::Event},
    Failure, images, leases, ledger,
    own::{self, Standing},
    row::{from_time, from_value, to_time, to_value},
    targets,
};
use crate::cloud::RequestId;

/// See [`super::super::Journal::begin`]. An entry is ours from the moment its write begins, because from then on it may be there.
pub(super) fn begin(
    sql: &Connection,
    lease: &Lease,
    change: &Change,
    image: Option<&Image>,
    now: Timestamp,
) -> Result<ChangeId, Failure> {
    leases::check(sql, lease, now)?;
    if let Some(image) = image {
        images::keep(sql, &lease.target, image, now)?;
    }
    let Target {
        account,
        region,
        resource,
    } = &lease.target;
    let was = match change.entry().and_then(EntryChange::adds) {
        Some(entry) => {
            let was = own::standing(sql, &lease.target, entry)?;
            let begun = Standing {
                confirmed: false,
                written: now,
            };
            own::keep(sql, &lease.target, entry, &begun)?;
            was
        }
        None => None,
    };
    sql.prepare_cached(
        "INSERT INTO changes (account, region, resource, change, begun, was_confirmed, was_written)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        account,
        region,
        resource.as_str(),
        from_value(change)?,
        from_time(now),
        was.as_ref().map(|was| was.confirmed),
        was.as_ref().map(|was| from_time(was.written)),
    ])?;
    let id = ChangeId(sql.last_insert_rowid());
    let begun = Event::ChangeBegun {
        change_id: id,
        target: lease.target.clone(),
        change: change.clone(),
        image: image.cloned(),
    };
    ledger::record(sql, &begun)?;
    Ok(id)
}

/// See [`super::super::Journal::finish`].
pub(super) fn finish(
    sql: &Connection,
    id: ChangeId,
    end: &ChangeEnd,
    request: Option<&RequestId>,
    image: Option<&Image>,
    now: Timestamp,
) -> Result<(), Failure> {
    let begun = sql
        .prepare_cached(
            "UPDATE changes SET finished = ?2, end = ?3, detail = ?4, request = ?5 WHERE id = ?1
             RETURNING account, region, resource, change, begun, was_confirmed, was_written",
        )?
        .query_row(
            params![
                id.0,
                from_time(now),
                end.word(),
                end.detail(),
                request.map(RequestId::as_str)
            ],
            |row| Ok(Begun::read(row)),
        )??;
    ledger::record(sql, &Event::finished(id, &begun.target, end, request, image))?;
    if let Some(image) = image {
        images::keep(sql, &begun.target, image, now)?;
    }
    match end {
        ChangeEnd::Done => begun.done(sql),
        ChangeEnd::Refused(_) => begun.take_back(sql),
        ChangeEnd::Unknown(_) => Ok(()),
    }
}

/// A change that began, with how the entry that it adds stood before. Only that very entry: after an answer that did not come there may be two of ours
/// with the same number, and a write that comes late may still bring the other.
struct Begun {
    target: Target,
    change: Change,
    at: Timestamp,
    was: Option<Standing>,
}

impl Begun {
    fn read(row: &rusqlite::Row<'_>) -> Result<Self, Failure> {
        let was: (Option<bool>, Option<i64>) = (row.get(5)?, row.get(6)?);
        Ok(Self {
            target: targets::read(row)?,
            change: to_value("change", &row.get::<_, String>(3)?)?,
            at: to_time(row.get(4)?)?,
            was: match was {
                (Some(confirmed), Some(written)) => Some(Standing {
                    confirmed,
                    written: to_time(written)?,
                }),
                _ => None,
            },
        })
    }

    fn done(&self, sql: &Connection) -> Result<(), Failure> {
        let Some(change) = self.change.entry() else {
            return Ok(());
        };
        if let Some(entry) = change.removes() {
            // Who took the target over while the answer was on its way may have written the same entry anew: that one is there.
            let present = own::standing(sql, &self.target, entry)?;
            if present.is_some_and(|present| present.written <= self.at) {
                own::forget(sql, &self.target, entry)?;
            }
        }
        if let Some(entry) = change.adds() {
            let done = Standing {
                confirmed: true,
                written: self.at,
            };
            own::keep(sql, &self.target, entry, &done)?;
        }
        Ok(())
    }

    /// Takes back what its beginning made ours, unless somebody who took the target over began to write the same entry since.
    fn take_back(&self, sql: &Connection) -> Result<(), Failure> {
        let Some(entry) = self.change.entry().and_then(EntryChange::adds) else {
            return Ok(());
        };
        let present = own::standing(sql, &self.target, entry)?;
        let is_as_begun = present.is_some_and(|present| !present.confirmed && present.written == self.at);
        if !is_as_begun {
            return Ok(());
        }
        match &self.was {
            Some(was) => own::keep(sql, &self.target, entry, was),
            None => own::forget(sql, &self.target, entry),
        }
    }
}

/// The changes of a target that are known to be done since a time, oldest first.
pub(super) fn recent(sql: &Connection, target: &Target, since: Timestamp) -> Result<Vec<MadeChange>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    let mut statement = sql.prepare_cached(
        "SELECT change, finished FROM changes
         WHERE account = ?1 AND region = ?2 AND resource = ?3 AND end = 'done' AND finished >= ?4 ORDER BY finished, id",
    )?;
    let mut rows = statement.query(params![account, region, resource.as_str(), from_time(since)])?;
    let mut recent = Vec::new();
    while let Some(row) = rows.next()? {
        recent.push(MadeChange {
            change: to_value("change", &row.get::<_, String>(0)?)?,
            at: to_time(row.get(1)?)?,
        });
    }
    Ok(recent)
}
