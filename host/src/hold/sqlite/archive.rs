//! All that the file keeps, table by table.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{
    super::{
        ChangeEnd, ChangeId, DeliveryId, Hold, KeptImage, OwnEntry, Target,
        archive::{Page, Place, Record},
    },
    Failure, deliveries, feedback, holds, images, ledger, notes, own, pardons, pauses,
    row::{from_time, from_value, to_time, to_value, unreadable},
    targets,
};
use crate::cloud::RequestId;

/// How many rows of a large table one page has.
const ROWS: i64 = 500;

/// The tables, in the order in which they are read. The first three are read a page at a time; what is in the others is as much as the targets in force have.
const TABLES: [&str; 12] = [
    "deliveries",
    "holds",
    "changes",
    "own_entries",
    "images",
    "spared",
    "pardons",
    "pauses",
    "feedback",
    "chains",
    "links",
    "notes",
];

/// See [`super::super::Journal::records`].
pub(super) fn records(sql: &Connection, from: Option<&Place>) -> Result<Page, Failure> {
    let (table, after) = match from {
        Some(place) => read_place(&place.0)?,
        None => (0, 0),
    };
    let (records, last) = match TABLES.get(table).copied() {
        Some("deliveries") => paged(deliveries::all(sql, after, ROWS)?, Record::Delivery),
        Some("holds") => hold_records(sql, after)?,
        Some("changes") => change_records(sql, after)?,
        Some("own_entries") => (own_records(sql)?, None),
        Some("images") => (image_records(sql)?, None),
        Some("spared") => (spared_records(sql)?, None),
        Some("pardons") => {
            let all = pardons::in_force(sql, Timestamp::MIN)?;
            (all.into_iter().map(Record::Pardon).collect(), None)
        }
        Some("pauses") => (pauses::present(sql)?.into_iter().map(Record::Pause).collect(), None),
        Some("feedback") => (feedback::all(sql)?.into_iter().map(Record::Feedback).collect(), None),
        Some("chains") => (ledger::chains(sql)?.into_iter().map(Record::Chain).collect(), None),
        Some("links") => link_records(sql, after)?,
        Some("notes") => (notes::all(sql)?.into_iter().map(Record::Note).collect(), None),
        _ => (Vec::new(), None),
    };
    let next = match last {
        Some(last) => Some((table, last)),
        None => Some((table + 1, 0)).filter(|(table, _)| *table < TABLES.len()),
    };
    Ok(Page {
        records,
        next: next.map(|(table, after)| Place(format!("{table}:{after}"))),
    })
}

fn read_place(place: &str) -> Result<(usize, i64), Failure> {
    let read = |(table, after): (&str, &str)| Some((table.parse().ok()?, after.parse().ok()?));
    let read = place.split_once(':').and_then(read);
    read.ok_or_else(|| unreadable("place in the journal", place))
}

/// Some rows with their numbers, and the last number if there may be more.
fn paged<T>(rows: Vec<(i64, T)>, record: impl Fn(T) -> Record) -> (Vec<Record>, Option<i64>) {
    let is_full = rows.len() as i64 == ROWS;
    let last = rows.last().map(|(number, _)| *number).filter(|_| is_full);
    (rows.into_iter().map(|(_, row)| record(row)).collect(), last)
}

fn hold_records(sql: &Connection, after: i64) -> Result<(Vec<Record>, Option<i64>), Failure> {
    let mut rows = Vec::new();
    for hold in holds::select(sql, "id > ?1 ORDER BY id LIMIT ?2", params![after, ROWS])? {
        let number = hold.id.0;
        let began_by: String = sql
            .prepare_cached("SELECT began_by FROM holds WHERE id = ?1")?
            .query_row([number], |row| row.get(0))?;
        let mut statement = sql.prepare_cached("SELECT delivery FROM offences WHERE hold = ?1 ORDER BY delivery")?;
        let deliveries: Vec<String> = statement
            .query_map([number], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        rows.push((number, (hold, began_by, deliveries)));
    }
    Ok(paged(rows, |(hold, began_by, deliveries)| Record::Hold {
        hold: Box::new(hold),
        began_by: DeliveryId::read(&began_by),
        deliveries: deliveries.iter().map(|id| DeliveryId::read(id)).collect(),
    }))
}

fn change_records(sql: &Connection, after: i64) -> Result<(Vec<Record>, Option<i64>), Failure> {
    let mut statement = sql.prepare_cached(
        "SELECT account, region, resource, id, change, begun, finished, end, detail, request FROM changes
         WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after, ROWS])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        changes.push((row.get(3)?, change_record(row)?));
    }
    Ok(paged(changes, |record| record))
}

fn change_record(row: &Row<'_>) -> Result<Record, Failure> {
    let finished: Option<i64> = row.get(6)?;
    let (end, detail): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
    let detail = detail.unwrap_or_default();
    let end = match end.as_deref() {
        Some("done") => Some(ChangeEnd::Done),
        Some("refused") => Some(ChangeEnd::Refused(detail)),
        Some("unknown") => Some(ChangeEnd::Unknown(detail)),
        Some(other) => return Err(unreadable("end of a change", other)),
        None => None,
    };
    Ok(Record::Change {
        target: targets::read(row)?,
        id: ChangeId(row.get(3)?),
        change: to_value("change", &row.get::<_, String>(4)?)?,
        begun: to_time(row.get(5)?)?,
        finished: match (finished, end) {
            (Some(at), Some(end)) => Some((to_time(at)?, end)),
            _ => None,
        },
        request: row.get::<_, Option<String>>(9)?.and_then(|id| RequestId::said(&id)),
    })
}

/// In the order of their chains. The last number is how many came before.
fn link_records(sql: &Connection, after: i64) -> Result<(Vec<Record>, Option<i64>), Failure> {
    let links = ledger::all(sql, after, ROWS)?;
    let is_full = i64::try_from(links.len()) == Ok(ROWS);
    let last = is_full.then(|| after.saturating_add(ROWS));
    Ok((links.into_iter().map(Record::Link).collect(), last))
}

fn own_records(sql: &Connection) -> Result<Vec<Record>, Failure> {
    each_target(sql, "own_entries", |target| {
        let own = own::list(sql, target)?;
        Ok(own.into_iter().map(|own| Record::Own(target.clone(), own)).collect())
    })
}

fn image_records(sql: &Connection) -> Result<Vec<Record>, Failure> {
    each_target(sql, "images", |target| {
        let images = images::list(sql, target)?;
        Ok(images
            .into_iter()
            .map(|image| Record::Image(target.clone(), image))
            .collect())
    })
}

fn spared_records(sql: &Connection) -> Result<Vec<Record>, Failure> {
    each_target(sql, "spared", |target| {
        let spared = targets::spared(sql, target)?;
        Ok(spared
            .into_iter()
            .map(|prefix| Record::Spare(target.clone(), prefix))
            .collect())
    })
}

fn each_target(
    sql: &Connection,
    table: &str,
    records: impl Fn(&Target) -> Result<Vec<Record>, Failure>,
) -> Result<Vec<Record>, Failure> {
    let query = format!("SELECT DISTINCT account, region, resource FROM {table}");
    let mut all = Vec::new();
    for target in targets::list(sql, &query)? {
        all.extend(records(&target)?);
    }
    Ok(all)
}

/// See [`super::super::Journal::restore`].
pub(super) fn restore(sql: &Connection, records: &[Record]) -> Result<(), Failure> {
    for record in records {
        match record {
            Record::Delivery(delivery) => deliveries::restore(sql, delivery)?,
            Record::Hold {
                hold,
                began_by,
                deliveries,
            } => restore_hold(sql, hold, began_by, deliveries)?,
            Record::Change {
                id,
                target,
                change,
                begun,
                finished,
                request,
            } => {
                let (at, end) = finished.as_ref().map(|(at, end)| (at, end)).unzip();
                sql.prepare_cached(
                    "INSERT OR REPLACE INTO changes (id, account, region, resource, change, begun, finished, end, detail, request)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )?
                .execute(params![
                    id.0,
                    target.account,
                    target.region,
                    target.resource.as_str(),
                    from_value(change)?,
                    from_time(*begun),
                    at.map(|at| from_time(*at)),
                    end.map(ChangeEnd::word),
                    end.and_then(ChangeEnd::detail),
                    request.as_ref().map(RequestId::as_str),
                ])?;
            }
            Record::Own(
                target,
                OwnEntry {
                    entry,
                    confirmed,
                    written,
                },
            ) => {
                let standing = own::Standing {
                    confirmed: *confirmed,
                    written: *written,
                };
                own::keep(sql, target, entry, &standing)?;
                targets::touch(sql, target)?;
            }
            Record::Image(target, KeptImage { image, written }) => {
                images::keep(sql, target, image, *written)?;
                targets::touch(sql, target)?;
            }
            Record::Spare(target, prefix) => targets::spare(sql, target, &[*prefix])?,
            Record::Feedback(feedback) => feedback::keep(sql, feedback)?,
            Record::Pardon(pardon) => pardons::keep(sql, pardon)?,
            Record::Pause(pause) => pauses::keep(sql, pause)?,
            Record::Chain(state) => ledger::stand(sql, state)?,
            Record::Link(link) => ledger::restore(sql, link)?,
            Record::Note(note) => notes::keep(sql, note)?,
        }
    }
    Ok(())
}

fn restore_hold(
    sql: &Connection,
    hold: &Hold,
    began_by: &DeliveryId,
    deliveries: &[DeliveryId],
) -> Result<(), Failure> {
    holds::restore(sql, hold, began_by)?;
    for delivery in deliveries {
        holds::note_offence(sql, hold.id, delivery)?;
    }
    targets::touch(sql, &hold.target)
}
