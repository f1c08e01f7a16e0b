//! Notes in SQL.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    super::{Note, NoteKind, ledger::Event},
    Failure, ledger,
    row::{from_time, to_time, unreadable},
};

/// See [`super::super::Journal::note`].
pub(super) fn find(sql: &Connection, kind: NoteKind, name: &str) -> Result<Option<Note>, Failure> {
    let mut statement =
        sql.prepare_cached("SELECT kind, name, version, text, over FROM notes WHERE kind = ?1 AND name = ?2")?;
    statement
        .query_row([kind.name(), name], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

/// See [`super::super::Journal::notes`].
pub(super) fn list(sql: &Connection, kind: NoteKind) -> Result<Vec<Note>, Failure> {
    if kind == NoteKind::Sighting {
        return Ok(Vec::new());
    }
    select(sql, "WHERE kind = ?1 ORDER BY name", kind.name())
}

/// All that there are.
pub(super) fn all(sql: &Connection) -> Result<Vec<Note>, Failure> {
    select(sql, "WHERE kind <> ?1 ORDER BY kind, name", "")
}

fn select(sql: &Connection, condition: &str, value: &str) -> Result<Vec<Note>, Failure> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT kind, name, version, text, over FROM notes {condition}"
    ))?;
    let mut rows = statement.query([value])?;
    let mut notes = Vec::new();
    while let Some(row) = rows.next()? {
        notes.push(read(row)?);
    }
    Ok(notes)
}

/// See [`super::super::Journal::write_note`].
pub(super) fn write(sql: &Connection, note: &Note) -> Result<bool, Failure> {
    let present = find(sql, note.kind, &note.name)?.map_or(0, |present| present.version);
    if present != note.version {
        return Ok(false);
    }
    let written = note.written();
    keep(sql, &written)?;
    if let Some(event) = Event::noted(&written) {
        ledger::record(sql, &event)?;
    }
    Ok(true)
}

/// Writes it as it is, whatever is there.
pub(super) fn keep(sql: &Connection, note: &Note) -> Result<(), Failure> {
    sql.prepare_cached("INSERT OR REPLACE INTO notes (kind, name, version, text, over) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            note.kind.name(),
            note.name,
            i64::try_from(note.version).unwrap_or(i64::MAX),
            note.text,
            from_time(note.over),
        ])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Note, Failure> {
    let kind: String = row.get(0)?;
    Ok(Note {
        kind: NoteKind::named(&kind).ok_or_else(|| unreadable("kind of a note", &kind))?,
        name: row.get(1)?,
        version: u64::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
        text: row.get(3)?,
        over: to_time(row.get(4)?)?,
    })
}
