//! Holds in SQL.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::{
    super::{
        Coverage, DeliveryId, Denial, EndReason, Ended, Hold, HoldId, Intent, JournalError, NoteKind, Put, Remedy,
        Spending, Target, agreement::later, budget::Charging, ledger::Event,
    },
    Failure, ends, ledger, notes,
    row::{from_prefix, from_time, from_value, to_direction, to_parsed, to_time, to_value, to_word},
    targets,
};

/// The columns of a hold, in the order in which [`read`] takes them.
const COLUMNS: &str = "account, region, resource, id, subject, direction, reason, confidence, severity, plugin, alert, since, until, \
                       offences, coverage, ended_at, ended_why, remedy";

/// See [`super::super::Journal::put_within`].
pub(super) fn put_within(
    sql: &Connection,
    intents: &[Intent],
    spending: &Spending,
    delivery: &DeliveryId,
    now: Timestamp,
) -> Result<Put, Failure> {
    let mut charging = Charging::new(spending, now);
    for name in charging.names(intents) {
        charging.know(&name, notes::find(sql, NoteKind::Budget, &name)?);
    }
    let mut holds = Vec::new();
    for intent in intents {
        holds.extend(put_in_force(sql, intent, &mut charging, delivery, now)?);
    }
    for note in charging.changed() {
        notes::keep(sql, &note.written())?;
    }
    Ok(charging.into_put(holds))
}

/// None if a budget keeps it back.
fn put_in_force(
    sql: &Connection,
    intent: &Intent,
    charging: &mut Charging<'_>,
    delivery: &DeliveryId,
    now: Timestamp,
) -> Result<Option<Hold>, Failure> {
    let present = in_force_for(sql, intent)?;
    let is_live = present.as_ref().is_some_and(|hold| hold.is_live(now));
    if !is_live && !charging.may_begin(intent) {
        return Ok(None);
    }
    let (id, is_new) = match present {
        Some(hold) if hold.is_live(now) => {
            ask_again(sql, &hold, intent, delivery)?;
            (hold.id, false)
        }
        Some(hold) => {
            let at = hold.until.unwrap_or(now);
            let why = EndReason::Expired;
            ends::mark(sql, hold, Ended { at, why })?;
            (insert(sql, intent, delivery, now)?, true)
        }
        None => (insert(sql, intent, delivery, now)?, true),
    };
    targets::spare(sql, &intent.target, &intent.spare)?;
    targets::touch(sql, &intent.target)?;
    let hold = find(sql, id)?.ok_or(JournalError::NoSuchHold(id))?;
    ledger::record(sql, &Event::in_force(&hold, is_new, delivery))?;
    Ok(Some(hold))
}

fn in_force_for(sql: &Connection, intent: &Intent) -> Result<Option<Hold>, Failure> {
    let Intent { target, remedy, .. } = intent;
    let conditions =
        "ended_at IS NULL AND account = ?1 AND region = ?2 AND resource = ?3 AND subject = ?4 AND direction = ?5";
    let columns = RemedyColumns::of(remedy)?;
    let parameters = params![
        target.account,
        target.region,
        target.resource.as_str(),
        columns.subject,
        columns.direction,
    ];
    Ok(select(sql, conditions, parameters)?.pop())
}

fn ask_again(sql: &Connection, hold: &Hold, intent: &Intent, delivery: &DeliveryId) -> Result<(), Failure> {
    let until = later(hold.until, intent.until);
    let is_new = note_offence(sql, hold.id, delivery)?;
    sql.prepare_cached(
        "UPDATE holds SET until = ?2, reason = ?3, confidence = max(confidence, ?4), severity = coalesce(?5, severity),
         plugin = ?6, alert = ?7, offences = offences + ?8 WHERE id = ?1",
    )?
    .execute(params![
        hold.id.0,
        until.map(from_time),
        intent.reason,
        intent.confidence,
        intent.severity,
        intent.plugin,
        intent.alert,
        u32::from(is_new),
    ])?;
    Ok(())
}

fn insert(sql: &Connection, intent: &Intent, delivery: &DeliveryId, now: Timestamp) -> Result<HoldId, Failure> {
    let RemedyColumns {
        subject,
        direction,
        first,
        last,
        whole,
    } = RemedyColumns::of(&intent.remedy)?;
    sql.prepare_cached(
        "INSERT INTO holds (account, region, resource, subject, first, last, direction, reason, confidence, severity, plugin,
                            alert, began_by, since, until, offences, coverage, remedy)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 1, ?16, ?17)",
    )?
    .execute(params![
        intent.target.account,
        intent.target.region,
        intent.target.resource.as_str(),
        subject,
        first,
        last,
        direction,
        intent.reason,
        intent.confidence,
        intent.severity,
        intent.plugin,
        intent.alert,
        delivery.as_str(),
        from_time(now),
        intent.until.map(from_time),
        from_value(&Coverage::Pending)?,
        whole,
    ])?;
    let id = HoldId(sql.last_insert_rowid());
    note_offence(sql, id, delivery)?;
    Ok(id)
}

/// Writes a hold as it stands in another journal, with its number.
pub(super) fn restore(sql: &Connection, hold: &Hold, began_by: &DeliveryId) -> Result<(), Failure> {
    let RemedyColumns {
        subject,
        direction,
        first,
        last,
        whole,
    } = RemedyColumns::of(&hold.remedy)?;
    sql.prepare_cached(
        "INSERT OR REPLACE INTO holds (id, account, region, resource, subject, first, last, direction, reason, confidence, severity,
                                       plugin, alert, began_by, since, until, offences, coverage, remedy, ended_at, ended_why)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?
    .execute(params![
        hold.id.0,
        hold.target.account,
        hold.target.region,
        hold.target.resource.as_str(),
        subject,
        first,
        last,
        direction,
        hold.reason,
        hold.confidence,
        hold.severity,
        hold.plugin,
        hold.alert,
        began_by.as_str(),
        from_time(hold.since),
        hold.until.map(from_time),
        hold.offences,
        from_value(&hold.coverage)?,
        whole,
        hold.ended.map(|ended| from_time(ended.at)),
        hold.ended.map(|ended| ends::word(ended.why)),
    ])?;
    Ok(())
}

/// Notes that a delivery asked for a hold. Returns whether it is the first time: work on a delivery may be done more than once.
pub(super) fn note_offence(sql: &Connection, hold: HoldId, delivery: &DeliveryId) -> Result<bool, Failure> {
    let noted = sql
        .prepare_cached("INSERT INTO offences (hold, delivery) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![hold.0, delivery.as_str()])?;
    Ok(noted == 1)
}

/// The holds of a target that are in force at `now`, by id.
pub(super) fn in_force(sql: &Connection, target: &Target, now: Timestamp) -> Result<Vec<Hold>, Failure> {
    let Target {
        account,
        region,
        resource,
    } = target;
    select(
        sql,
        "ended_at IS NULL AND account = ?1 AND region = ?2 AND resource = ?3 AND (until IS NULL OR until > ?4) ORDER BY id",
        params![account, region, resource.as_str(), from_time(now)],
    )
}

/// Notes how holds are covered. A row that says so already is not written again.
pub(super) fn cover(sql: &Connection, coverage: &[(HoldId, Coverage)]) -> Result<(), Failure> {
    let mut statement = sql.prepare_cached("UPDATE holds SET coverage = ?2 WHERE id = ?1 AND coverage <> ?2")?;
    for (id, coverage) in coverage {
        statement.execute(params![id.0, from_value(coverage)?])?;
    }
    Ok(())
}

pub(super) fn find(sql: &Connection, id: HoldId) -> Result<Option<Hold>, Failure> {
    let mut statement = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM holds WHERE id = ?1"))?;
    statement.query_row([id.0], |row| Ok(read(row))).optional()?.transpose()
}

/// The holds that fulfil a condition.
pub(super) fn select(sql: &Connection, condition: &str, parameters: impl Params) -> Result<Vec<Hold>, Failure> {
    let mut statement = sql.prepare_cached(&format!("SELECT {COLUMNS} FROM holds WHERE {condition}"))?;
    let mut rows = statement.query(parameters)?;
    let mut holds = Vec::new();
    while let Some(row) = rows.next()? {
        holds.push(read(row)?);
    }
    Ok(holds)
}

fn read_remedy(row: &Row<'_>) -> Result<Remedy, Failure> {
    match row.get::<_, Option<String>>(17)? {
        Some(whole) => to_value("remedy", &whole),
        None => Ok(Remedy::Deny(Denial {
            prefix: to_parsed("prefix", &row.get::<_, String>(4)?)?,
            direction: to_direction(&row.get::<_, String>(5)?)?,
        })),
    }
}

/// A remedy as it stands in the table.
struct RemedyColumns {
    subject: String,
    direction: &'static str,
    /// The first and the last address that are denied; no bytes if it denies none.
    first: Vec<u8>,
    last: Vec<u8>,
    /// The remedy as JSON, if it is no denial.
    whole: Option<String>,
}

impl RemedyColumns {
    fn of(remedy: &Remedy) -> Result<Self, Failure> {
        let subject = remedy.subject();
        Ok(match remedy.denial() {
            Some(Denial { prefix, direction }) => {
                let (first, last) = from_prefix(prefix);
                Self {
                    subject,
                    direction: direction.name(),
                    first: first.to_vec(),
                    last: last.to_vec(),
                    whole: None,
                }
            }
            None => Self {
                subject,
                direction: "",
                first: Vec::new(),
                last: Vec::new(),
                whole: Some(from_value(remedy)?),
            },
        })
    }
}

/// A hold out of a row of [`COLUMNS`].
fn read(row: &Row<'_>) -> Result<Hold, Failure> {
    let ended = match row.get::<_, Option<i64>>(15)? {
        Some(at) => Some(Ended {
            at: to_time(at)?,
            why: to_word("end of a hold", &row.get::<_, String>(16)?)?,
        }),
        None => None,
    };
    Ok(Hold {
        target: targets::read(row)?,
        id: HoldId(row.get(3)?),
        remedy: read_remedy(row)?,
        reason: row.get(6)?,
        confidence: row.get(7)?,
        severity: row.get(8)?,
        plugin: row.get(9)?,
        alert: row.get(10)?,
        since: to_time(row.get(11)?)?,
        until: row.get::<_, Option<i64>>(12)?.map(to_time).transpose()?,
        offences: row.get(13)?,
        coverage: to_value("coverage", &row.get::<_, String>(14)?)?,
        ended,
    })
}
