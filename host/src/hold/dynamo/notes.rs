//! Notes in the table.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    super::{Note, NoteKind, ledger::Event},
    Failure, Lasting,
    item::{Item, unreadable},
    key, ledger,
    table::Table,
    transaction::{Committed, Transaction},
    tries::Tries,
};

/// How often it was written.
const VERSION: &str = "written";
/// What it says.
const TEXT: &str = "text";
/// When that is over, in milliseconds since 1970.
const OVER: &str = "over";
/// What it is about, and its name.
const KIND: &str = "kind";
const NAME: &str = "name";

/// See [`super::super::Journal::note`].
pub(super) async fn find(table: &Table, kind: NoteKind, name: &str) -> Result<Option<Note>, Failure> {
    let item = table.get(&key::note(kind, name)).await?;
    item.as_ref().map(read).transpose()
}

/// See [`super::super::Journal::notes`].
pub(super) async fn list(table: &Table, kind: NoteKind) -> Result<Vec<Note>, Failure> {
    if kind == NoteKind::Sighting {
        return Ok(Vec::new());
    }
    let items = table.query(&key::notes(kind), None).await?;
    items.iter().map(read).collect()
}

/// See [`super::super::Journal::write_note`].
pub(super) async fn write(table: &Lasting, note: &Note) -> Result<bool, Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        let present = get(&mut transaction, note.kind, &note.name).await?;
        if present.map_or(0, |present| present.version) != note.version {
            return Ok(false);
        }
        put(table, &mut transaction, note);
        if let Some(event) = Event::noted(&note.written()) {
            ledger::record(&mut transaction, &event).await?;
        }
        if transaction.commit().await? == Committed::Yes {
            return Ok(true);
        }
        // It may be the chain of the ledger that somebody else wrote.
        tries.wait().await?;
    }
}

/// A note, read in a transaction.
pub(super) async fn get(
    transaction: &mut Transaction<'_>,
    kind: NoteKind,
    name: &str,
) -> Result<Option<Note>, Failure> {
    let item = transaction.get(&key::note(kind, name)).await?;
    item.as_ref().map(read).transpose()
}

/// Writes a note that the transaction has read, on the condition that nobody wrote it since.
pub(super) fn put(table: &Lasting, transaction: &mut Transaction<'_>, note: &Note) {
    transaction.put(item(table, &note.written()));
}

/// Its item.
pub(super) fn item(table: &Lasting, note: &Note) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Item::new(key::note(note.kind, &note.name))
        .with(KIND, text(note.kind.name()))
        .with(NAME, text(&note.name))
        .with_number(VERSION, i64::try_from(note.version).unwrap_or(i64::MAX))
        .with(TEXT, text(&note.text))
        .with_number(OVER, note.over.as_millisecond())
        .expiring(Some(table.expires(note.over)))
}

/// What an item says.
pub(super) fn read(item: &Item) -> Result<Note, Failure> {
    let read = || {
        Some(Note {
            kind: NoteKind::named(item.text(KIND)?)?,
            name: item.text(NAME)?.to_owned(),
            version: u64::try_from(item.number(VERSION)?).ok()?,
            text: item.text(TEXT)?.to_owned(),
            over: jiff::Timestamp::from_millisecond(item.number(OVER)?).ok()?,
        })
    };
    read().ok_or_else(|| unreadable("note", &item.key.sk))
}
